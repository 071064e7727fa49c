import { PassThrough } from 'node:stream';

import t from 'tap';

import { buildLogger } from '../logger.ts';
import { StoreContact } from './store-contact.ts';
import { describeRedisRefusal } from './store-refusal.ts';

const WRONG_PASSWORD = new Error('WRONGPASS invalid username-password pair or user is disabled.');
const AWAY = new Error('connect ECONNREFUSED hunter2.example:6379');

function openContact() {
  const destination = new PassThrough();
  let nowMs = 0;
  const contact = new StoreContact({
    store: 'Redis',
    setting: 'REDIS_URL',
    log: buildLogger({ name: 'test', level: 'info', destination }),
    mask: (text) => text.replaceAll('hunter2', '***'),
    describeRefusal: describeRedisRefusal,
    now: () => nowMs,
  });
  return {
    contact,
    wait: (ms: number) => void (nowMs += ms),
    lines: () =>
      String(destination.read() ?? '')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { msg: string; reason?: string }),
  };
}

t.test(
  'a refusal before the first contact ends the wait with the setting, and is reported once',
  async (t) => {
    const { contact, lines } = openContact();
    const reported: string[] = [];
    contact.onRefused(({ message }) => reported.push(message));

    contact.failed(WRONG_PASSWORD);
    contact.failed(WRONG_PASSWORD);

    await t.rejects(contact.first(1_000), {
      name: 'ConfigError',
      message: /REDIS_URL: the server refuses the user/,
    });
    t.equal(reported.length, 1);
    t.same(lines(), []);
  },
);

t.test('a store that is away costs one warning a minute, with the reason and without secrets', async (t) => {
  const { contact, wait, lines } = openContact();

  for (let second = 0; second < 150; second += 1) {
    contact.failed(AWAY);
    wait(1_000);
  }

  await t.resolves(contact.first(1_000));
  t.match(
    lines(),
    Array.from({ length: 3 }, () => ({
      msg: 'Redis is unavailable',
      reason: 'connect ECONNREFUSED ***.example:6379',
    })),
  );
});

t.test('after the first contact the same refusal is an outage, whose end is logged', async (t) => {
  const { contact, lines } = openContact();
  contact.onRefused(() => t.fail('it ended the process'));

  contact.succeeded();
  contact.failed(WRONG_PASSWORD);
  contact.succeeded();
  contact.succeeded();

  await t.resolves(contact.first(1_000));
  t.match(lines(), [
    { msg: 'Redis is unavailable', reason: /WRONGPASS/ },
    { msg: 'Redis is available again' },
  ]);
});
