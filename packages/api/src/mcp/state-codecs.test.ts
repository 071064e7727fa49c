import t from 'tap';

import { buildStateCodecs, verifyByAny } from './state-codecs.ts';

const [BEFORE, AFTER] = ['Hq7', 'Zt4'].map((start) => `${start}-x9WvR2mKcPdLfYsBnGj5EuTa8D`) as [
  string,
  string,
];
const build = (JWT_SECRET: string, purpose = 'test') =>
  buildStateCodecs<{ n: number }>({ JWT_SECRET }, purpose, { ttlSeconds: 60 });
const read = (codecs: ReturnType<typeof build>, state: string) =>
  verifyByAny(codecs, state, undefined as never);

t.test('states signed before a secret is replaced are read until it is gone', async (t) => {
  const state = await build(BEFORE)[0].mint({ n: 1 });

  t.same(await read(build(`${AFTER},${BEFORE}`), state), { n: 1 });
  await t.rejects(read(build(AFTER), state));
  await t.rejects(read(build(BEFORE, 'another purpose'), state));
  t.same(await read(build(AFTER), await build(`${AFTER},${BEFORE}`)[0].mint({ n: 2 })), { n: 2 });
});
