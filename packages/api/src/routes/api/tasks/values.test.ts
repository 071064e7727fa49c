import t from 'tap';

import { ECHO, publishSample, startTestApp } from '../../../testing/test-app.ts';

interface Refusal {
  status: number;
  errors: { pointer: string }[];
}

t.test('values that no list could show are refused where they enter', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  const create = async (changes: object) => {
    const payload = { title: 'Echo', ...ECHO, ...changes };
    const reply = await test.inject({ method: 'POST', url: '/api/tasks', headers, payload });
    const { status, errors = [] } = reply.json<Partial<Refusal>>();
    return reply.statusCode === 201 ? 'created' : `${status} ${errors.map(({ pointer }) => pointer).join()}`;
  };

  t.equal(await create({ title: ' \t ' }), '400 /title');
  t.equal(await create({ title: '\u200B\u0000' }), '400 /title');
  t.equal(await create({ title: 'half \uD800' }), '400 /title');
  t.equal(await create({ description: '\uDC00' }), '400 /description');
  t.equal(await create({ tags: ['a,b'] }), '400 /tags/0');
  t.equal(await create({ tags: [' '] }), '400 /tags/0');
  t.equal(await create({ schedule: { runAt: '9999-12-31T23:59:59-12:00' } }), '400 /schedule/runAt');
  t.equal(
    await create({ schedule: { every: 5_000, anchor: '0000-01-01T00:00:00+12:00' } }),
    '400 /schedule/anchor',
  );
  t.equal(await create({ title: '  Echo 😀 ', schedule: { runAt: '9999-12-31T23:59:59Z' } }), 'created');
});

t.test('a refusal names every problem, up to twenty', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  const refuse = async (payload: object) =>
    (await test.inject({ method: 'POST', url: '/api/tasks', headers, payload })).json<Refusal>();
  const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`unknown${index}`, 1]));

  const twoFields = await refuse({ ...ECHO, title: '', priority: 'never' });
  const twoOfPayload = await refuse({ ...ECHO, title: 'Echo', payload: { message: 1, surplus: 2 } });
  const many = await refuse({ ...ECHO, title: 'Echo', ...unknown });

  t.same(twoFields.errors.map(({ pointer }) => pointer).toSorted(), ['/priority', '/title']);
  t.same(twoOfPayload.errors.map(({ pointer }) => pointer).toSorted(), [
    '/payload/message',
    '/payload/surplus',
  ]);
  t.equal(many.errors.length, 20);
});
