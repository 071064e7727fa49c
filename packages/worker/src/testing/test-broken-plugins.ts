/** A broken plugin: its folder, its code, and the words that must name what is wrong with it. */
export interface BrokenPlugin {
  folder: string;
  code: string;
  words: readonly RegExp[];
}

const imports = `import { defineAction, definePlugin, defineResource } from '@mcp-server/plugin-sdk';
import { z } from 'zod';`;

/** Code of a plugin with one action; `fields` and `actionFields` replace the usual ones. */
export const pluginCode = (id: string, fields = '', actionFields = '') => `${imports}
export default definePlugin({
  id: '${id}', version: '1.2.3', title: 'T', description: 'D',
  actions: {
    run: defineAction({
      title: 'T', description: 'D', input: z.object({}), output: z.object({}), run: () => ({}), ${actionFields}
    }),
  },
  ${fields}
});`;

const broken = (folder: string, words: RegExp[], fields = '', actionFields = ''): BrokenPlugin => ({
  folder,
  code: pluginCode(folder, fields, actionFields),
  words: [new RegExp(`"${folder}"`), ...words],
});

const deepObject = `(() => { let deep = z.object({}); for (let i = 0; i < 20; i += 1) deep = z.object({ deep }); return deep; })()`;
const wideObject = `z.object(Object.fromEntries(Array.from({ length: 600 }, (_, i) => ['f' + i, z.string()])))`;

/** Value of an environment variable that some of the plugins print; no output may contain it. */
export const MARKER = 'marker-Pa55-9f3c';

/** One plugin for each way to be broken. Sorted by folder, as they are loaded. */
export const BROKEN_PLUGINS: readonly BrokenPlugin[] = [
  broken(
    'b-date',
    [/action "run", input \/when: .*Date.* JSON Schema.*z\.iso\.datetime/],
    '',
    `input: z.object({ when: z.date() })`,
  ),
  broken('b-void', [/action "run", output: .*[Vv]oid.* JSON Schema/], '', `output: z.void()`),
  broken(
    'b-transform',
    [/action "run", output \/list\/items\/length: .*[Tt]ransform.* JSON Schema/],
    '',
    `output: z.object({ list: z.array(z.object({ length: z.string().transform((text) => text.length) })) })`,
  ),
  broken('b-no-title', [/title: is missing/], `title: undefined`),
  broken('b-no-action-description', [/action "run": description: is missing/], '', `description: undefined`),
  broken(
    'b-long-description',
    [/action "run": description: has 6000 characters; at most 5000/],
    '',
    `description: 'x'.repeat(6_000)`,
  ),
  {
    folder: 'b-bad-id',
    code: pluginCode('Bad_Id'),
    words: [/"Bad_Id"/, /id: .*lower-case letters, digits and single dashes/],
  },
  {
    folder: 'b-same-id',
    code: pluginCode('sample'),
    words: [/"sample"/, /b-same-id/, /id is already loaded/],
  },
  broken(
    'b-same-action',
    [/action "resource-a" is declared twice/],
    `actions: { 'resource-a': defineAction({ title: 'T', description: 'D', input: z.object({}), output: z.object({}), run: () => ({}) }) },
     resources: { a: defineResource({ title: 'T', description: 'D', uri: 'x://a', read: () => [] }) }`,
  ),
  broken(
    'b-long-name-of-a-plugin-with-many-words',
    [/action "an-action-with-a-name-that-is-long": .*75 characters; at most 64/],
    `actions: { 'an-action-with-a-name-that-is-long': defineAction({ title: 'T', description: 'D', input: z.object({}), output: z.object({}), run: () => ({}) }) }`,
  ),
  {
    folder: 'b-throws',
    code: `throw new Error('no licence for ' + process.env.THROWS_PLUGIN_TOKEN);`,
    words: [/b-throws/, /no licence for \[redacted\]/],
  },
  { folder: 'b-no-export', code: `export const plugin = 1;`, words: [/b-no-export/, /no default export/] },
  {
    folder: 'b-never',
    code: `await new Promise(() => {}); export default {};`,
    words: [/b-never/, /PLUGIN_LOAD_MS/],
  },
  { folder: 'b-loops', code: `for (;;);`, words: [/b-loops/, /endless loop/, /PLUGIN_LOAD_MS/] },
  { folder: 'b-aborts', code: `process.abort();`, words: [/b-aborts/, /ended with SIGABRT/] },
  { folder: 'b-exits', code: `process.exit(3);`, words: [/b-exits/, /process\.exit\(3\)/] },
  {
    folder: 'b-exits-quietly',
    code: `try { process.exit(0) } catch {}\n${pluginCode('b-exits-quietly')}`,
    words: [/b-exits-quietly/, /process\.exit\(0\)/],
  },
  {
    folder: 'b-rejects',
    code: `Promise.reject(new Error('never caught'));\n${pluginCode('b-rejects')}`,
    words: [/b-rejects/, /never caught/],
  },
  { folder: 'b-syntax', code: `export default {`, words: [/b-syntax/, /Unexpected end of input/] },
  {
    folder: 'b-bare',
    code: `export default { id: 'b-bare', version: '1', title: 'T', description: 'D', actions: { run: {} } };`,
    words: [/"b-bare"/, /action "run": title: is missing/, /input: must be a zod schema/],
  },
  broken('b-deep', [/action "run", input: .*deeper than 16 levels/], '', `input: ${deepObject}`),
  broken('b-wide', [/action "run", input: .*more than 500 properties/], '', `input: ${wideObject}`),
  broken(
    'b-large',
    [/action "run", output: .*larger than 65536 bytes/],
    '',
    `output: z.object({ a: z.string().describe('x'.repeat(70_000)) })`,
  ),
  {
    folder: 'b-getter',
    code: `export default { id: 'b-getter', version: '1', get title() { throw new Error('not today'); }, description: 'D', actions: {} };`,
    words: [/"b-getter"/, /title: .*not today/],
  },
  broken('b-retry', [/action "run": retry.attempts: .*100/], '', `retry: { attempts: 1_000 }`),
  broken('b-timeout', [/action "run": timeoutMs: /], '', `timeoutMs: -1`),
  broken('b-public-name', [/action "run": publicName: .*letters, digits/], '', `publicName: 'a b'`),
  broken('b-settings', [/settings: must be a zod object/], `settings: z.string()`),
  {
    folder: 'b-contract',
    code: `export default { contractVersion: '2.0', id: 'b-contract', version: '3.1.4', actions: {} };`,
    words: [/"b-contract" 3\.1\.4/, /contract 2\.0/],
  },
];
