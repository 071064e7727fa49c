import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { InstallerAnswer, InstallerJob } from './installer-protocol.ts';

const ENTRY = fileURLToPath(new URL(`./installer-child${extname(import.meta.url)}`, import.meta.url));

/** How the machine reaches the registry. Nothing else of the worker's environment is passed on: it contains secrets. */
const NETWORK_VARIABLES = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
];

/** Codes after which the same job cannot succeed later. */
const FINAL_CODES = new Set([
  'E404',
  'ETARGET',
  'ENOVERSIONS',
  'ERESOLVE',
  'EINVALIDPACKAGENAME',
  'EUNSUPPORTEDPROTOCOL',
  'EALLOWGIT',
  'EALLOWREMOTE',
  'EALLOWFILE',
  'EALLOWDIRECTORY',
]);

/** A package could not be resolved or installed. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
  /** True if trying again cannot help. */
  readonly isFinal: boolean;

  constructor(message: string, { isFinal }: { isFinal: boolean }) {
    super(message);
    this.isFinal = isFinal;
  }
}

/**
 * Runs a job in a process of its own and resolves to the lockfile. `root` is the only folder that it may write to.
 * @throws {InstallError}
 */
export async function runInstaller(
  job: InstallerJob,
  { root, timeoutMs, signal }: { root: string; timeoutMs: number; signal: AbortSignal },
): Promise<string> {
  const child = fork(ENTRY, {
    execArgv: [
      ...process.execArgv.filter((argument) => argument.startsWith('--conditions')),
      '--permission',
      '--allow-fs-read=*',
      `--allow-fs-write=${root}`,
      '--disable-warning=SecurityWarning',
    ],
    env: Object.fromEntries(
      NETWORK_VARIABLES.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    killSignal: 'SIGKILL',
  });
  const exited = once(child, 'exit').catch(() => undefined);
  const answers = new Promise<InstallerAnswer>((resolve) => {
    child.once('message', (message) => resolve(message as InstallerAnswer));
    child.once('error', ({ message, name }) => {
      const text = name === 'AbortError' ? `was not done within ${timeoutMs / 1_000} s` : message;
      resolve({ isDone: false, code: name, message: text });
    });
    child.once('exit', (code, killed) =>
      resolve({ isDone: false, code: 'EXIT', message: `the installer ended with ${killed ?? code}` }),
    );
  });
  child.send(job);
  const answer = await answers;
  await exited;
  if (answer.isDone) return answer.lock;
  const { code, message } = answer;
  throw new InstallError(`${code}: ${message}`, { isFinal: FINAL_CODES.has(code) });
}
