import t from 'tap';

import { pluginOf, type Run } from '../harness/demo-plugin.ts';
import { runAction } from '../harness/index.ts';

const VALUE = 'geheim/&"wort" ü7';
const BASIC = Buffer.from(`me:${VALUE}`).toString('base64');
const FORMS = [
  VALUE,
  encodeURIComponent(VALUE),
  new URLSearchParams({ v: VALUE }).toString().slice(2),
  JSON.stringify(VALUE).slice(1, -1),
];
const run = (go: Run, options: Parameters<typeof runAction>[3] = {}) =>
  runAction(pluginOf(go), 'go', {}, { secrets: { token: VALUE }, ...options });

t.test('an action reads a secret, and nothing that it says or returns shows it in any form', async (t) => {
  let read = '';
  const say = (value: string) => [...FORMS, `${FORMS.join(' ')} ${value}`];
  const ended = await run(async (_input, ctx) => {
    read = await ctx.secret('token');
    for (const text of say(read)) {
      ctx.log.info(text);
      ctx.progress(1, 2, text);
    }
    await ctx.once('step', () => ({ echoed: say(read) }));
    return { texts: say(read), json: JSON.stringify({ read }), [read]: 1, basic: BASIC };
  });
  const failed = await run(async (_input, ctx) => {
    throw new Error(say(await ctx.secret('token')).join('\n'));
  });

  t.equal(read, VALUE);
  t.equal(ended.status, 'completed');
  const all = JSON.stringify([ended, failed]);
  for (const form of [...FORMS, ...FORMS.map((form) => JSON.stringify(form).slice(1, -1))])
    t.notOk(all.includes(form), form);
  t.notOk(all.includes(BASIC.slice(6, -6)), 'the part of base64 that the value decides');
});

t.test('a secret that is longer than what is shown of a text does not show its beginning', async (t) => {
  const long = `begin-${'abcdefgh'.repeat(1_500)}-end`;
  const { log, progress, failure } = await run(
    async (_input, ctx) => {
      const value = await ctx.secret('token');
      ctx.log.info(`x ${value}`);
      ctx.progress(1, 2, `${'x'.repeat(300)}${value}`);
      throw new Error(`y ${value} z`);
    },
    { secrets: { token: long }, retry: { attempts: 1 } },
  );

  t.equal(log[0]?.text, 'x [redacted]');
  t.match(progress[0]?.message, /^x{300}\[redacted\]$/);
  t.equal(failure?.message, 'y [redacted] z');
});

t.test(
  'an attempt reads a secret once, and a secret of an earlier attempt is not known to the next',
  async (t) => {
    const ended = await run(async (_input, ctx) => {
      const [one, two] = await Promise.all([ctx.secret('token'), ctx.secret('token')]);
      return { isSame: one === two };
    });

    t.same(ended.result, { isSame: true });
  },
);

t.test('with an address the secret must name its host', async (t) => {
  const go: Run = async ({ n }, ctx) => {
    const urls = [
      'https://API.example.com/x',
      'http://api.example.com.',
      'https://api.example.com:8443',
      'https://example.com',
    ];
    await ctx.secret('token', { url: urls[n] ?? '' });
    return 'sent';
  };
  const secrets = { token: { value: VALUE, hosts: ['api.example.com'] } };
  const outcomes = await Promise.all(
    [0, 1, 2, 3].map(async (n) => {
      const { status, failure } = await runAction(pluginOf(go), 'go', { n }, { secrets });
      return failure?.code ?? status;
    }),
  );
  const withoutHosts = await runAction(pluginOf(go), 'go', { n: 0 }, { secrets: { token: VALUE } });

  t.same(outcomes, ['completed', 'completed', 'SECRET_HOST', 'SECRET_HOST']);
  t.equal(withoutHosts.failure?.code, 'SECRET_HOST');
});

t.test('an unknown or impossible name fails at once, whatever it is', async (t) => {
  for (const name of [
    'other',
    '',
    'TOKEN',
    '../token',
    '__proto__',
    'constructor',
    { $ne: null },
    undefined,
  ]) {
    const { failure, attempts } = await run((_input, ctx) => ctx.secret(name as string));
    t.match(failure, { code: 'SECRET_UNKNOWN' }, JSON.stringify(name));
    t.equal(attempts.length, 1);
  }
});
