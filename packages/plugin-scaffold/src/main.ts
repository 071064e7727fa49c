// `npm run plugin -- new <id>`: writes the folder of a new plugin into the caller's directory.
import { dirname, resolve } from 'node:path';

import { createPlugin } from './create-plugin.ts';
import { UserError } from './user-error.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const USAGE = 'Usage: npm run plugin -- new <id>';

const [command, id, ...rest] = process.argv.slice(2);
/** npm runs scripts in the folder of its package.json and keeps the caller's in INIT_CWD. */
const parent = process.env['INIT_CWD'] ?? process.cwd();
try {
  if (command !== 'new' || rest.length > 0) throw new UserError(USAGE);
  if (id === undefined) throw new UserError(`The id of the plugin is missing.\n${USAGE}`);
  const folder = await createPlugin(parent, id);
  process.stdout.write(`Created the plugin "${id}" in ${folder}

Test it:

  cd ${id}
  npm install
  npm test

Start the product with it:

  PLUGINS_DIR=${dirname(folder)} npm --prefix ${ROOT} start
`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
