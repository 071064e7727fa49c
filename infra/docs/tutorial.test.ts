import { readFileSync } from 'node:fs';

import t from 'tap';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

t.test('the first action in the tutorial is the one that a new plugin has', async (t) => {
  const [action] = [...read('docs/tutorial.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);

  t.equal(action, read('packages/plugin-scaffold/template/greet.ts'));
});
