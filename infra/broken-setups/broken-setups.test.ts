import t from 'tap';

import { loadSetups } from './load-setups.ts';
import { Marker } from './marker.ts';
import { runSetup, type RunOptions } from './run-setup.ts';

/** One setup of each kind; `npm run broken-setups` runs all of them. */
const QUICK: Record<string, RunOptions> = {
  'redis-url-unreadable': { isBare: true, hasStart: false },
  'port-taken': { isBare: true, hasStart: false },
  'redis-password-wrong': { isBare: true, hasStart: false },
  'plugin-throws': { isBare: true, hasStart: false },
  'mongodb-password-wrong': { isBare: false, hasStart: true },
};

for (const [name, setup] of await loadSetups(Object.keys(QUICK))) {
  const options = QUICK[name] ?? { isBare: true, hasStart: true };
  t.test(`${name}: each process ends by itself, says why, and prints no password`, async (t) => {
    for (const { subject, faults } of await runSetup(setup, options)) t.same(faults, [], subject);
  });
}

t.test('a part of a password is found in every form', async (t) => {
  const marker = new Marker();
  const { password, encoded } = marker;
  const part = password.slice(0, 12);
  const forms = [
    password,
    encoded,
    part,
    part.toUpperCase(),
    ...['', 'x', 'xy'].map((before) => Buffer.from(`${before}${part}yz`).toString('base64')),
    Buffer.from(`user:${password}`).toString('base64url'),
    Buffer.from(part).toString('hex'),
  ];

  for (const form of forms) t.ok(marker.findIn(`before ${form} after`), form);
  t.equal(marker.findIn('MONGODB_URI: cannot be parsed'), undefined);
});

t.test('at least twenty setups are known', async (t) => {
  t.ok((await loadSetups()).size >= 20);
});
