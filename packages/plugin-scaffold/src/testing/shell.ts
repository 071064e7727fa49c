import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface ShellOptions {
  cwd: string;
  /** Variables added to those of the shell. */
  env?: NodeJS.ProcessEnv;
}

/**
 * The environment of a user's shell: without additions of npm, of the test runner and of this tree's toolchain, so that
 * `node` is the machine's own.
 */
function userEnv(): NodeJS.ProcessEnv {
  const { PATH = '', HOME } = process.env;
  const own = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { PATH: own.join(delimiter), HOME };
}

/** Runs a command as a user does. @throws {Error} with its output if it fails. */
export const runAsUser = (command: readonly string[], options: ShellOptions) =>
  runWith(userEnv(), command, options);

/** Runs a command with this tree's Node, pnpm and tools. @throws {Error} with its output if it fails. */
export const runInTree = (command: readonly string[], options: ShellOptions) =>
  runWith(process.env, command, options);

/** Runs the scaffold command as npm does: elsewhere, with the caller's folder in INIT_CWD. */
export const runPluginCommand = (folder: string, ...args: string[]) =>
  runInTree([process.execPath, '--conditions=@mcp-server/source', MAIN, ...args], {
    cwd: '/',
    env: { INIT_CWD: folder },
  });

// `env -u`: without the loaders of the test runner, which it gives to every child.
const runWith = (base: NodeJS.ProcessEnv, command: readonly string[], { cwd, env }: ShellOptions) =>
  promisify(execFile)('env', ['-u', 'NODE_OPTIONS', ...command], { cwd, env: { ...base, ...env } });
