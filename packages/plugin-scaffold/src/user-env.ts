import { delimiter } from 'node:path';

/**
 * The environment of a user's shell: without what npm, the test runner and this tree's toolchain add, so that `node` is the
 * machine's own.
 */
export function userEnv(): NodeJS.ProcessEnv {
  const { PATH = '', HOME } = process.env;
  const own = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { PATH: own.join(delimiter), HOME };
}
