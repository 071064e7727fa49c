import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { FromProcess, MAX_MESSAGE_BYTES, type ToProcess } from './messages.ts';

const ENTRY = realpathSync(fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url)));
/** Ends the process with its worker, even if it is in an endless loop and the worker was killed. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
/** Room for a plugin with its libraries. */
const MAX_HEAP_MIB = 512;

/** The code that every such process runs: the worker's files and its libraries, but not the folder around them. */
function codeFolders(): string[] {
  const worker = dirname(dirname(ENTRY));
  const sdk = packageRoot(realpathSync(fileURLToPath(import.meta.resolve('@mcp-server/plugin-sdk'))));
  const zod = realpathSync(createRequire(join(sdk, 'package.json')).resolve('zod'));
  const libraries = zod.slice(0, zod.indexOf(`${sep}node_modules${sep}`) + `${sep}node_modules${sep}`.length);
  const root = dirname(worker);
  return [`${worker}/`, join(root, 'package.json'), join(root, 'node_modules/'), `${sdk}/`, libraries];
}

function packageRoot(file: string): string {
  let folder = dirname(file);
  while (!readdirSync(folder).includes('package.json')) folder = dirname(folder);
  return folder;
}

let granted: string[] | undefined;

/** The process of a package: its code runs there and nowhere else. */
export class PackageProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  /** Resolves when it has ended, to the exit code or signal. */
  readonly exited: Promise<string>;
  /** How it broke the protocol, for which it was ended. */
  violation: string | undefined;

  /**
   * Starts a process that may read `folder` and the code that runs it. Without an environment, other files, processes,
   * threads or native addons. `onMessage` gets what it sends; one that breaks the protocol is ended.
   */
  constructor(folder: string, onMessage: (message: FromProcess) => void) {
    granted ??= codeFolders();
    const args = [
      ...process.execArgv.filter((argument) => argument.startsWith('--conditions')),
      '--permission',
      ...[...granted, `${realpathSync(folder)}/`].map((path) => `--allow-fs-read=${path}`),
      `--max-old-space-size=${MAX_HEAP_MIB}`,
      ENTRY,
    ];
    const outer = SETPRIV === undefined ? [] : [SETPRIV, '--pdeathsig', 'KILL'];
    this.#child = spawn('/usr/bin/env', ['-i', ...outer, process.execPath, ...args], {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#channel.on('error', () => undefined);
    this.#readLines(onMessage);
    this.exited = once(this.#child, 'close').then(
      ([code, signal]) => String(signal ?? code),
      (error: unknown) => String(error),
    );
  }

  send(message: ToProcess): void {
    if (this.#channel.writable) this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends it for breaking the protocol: whatever it says or does from now on does not count. */
  endFor(violation: string): void {
    this.violation ??= violation;
    this.kill();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #readLines(onMessage: (message: FromProcess) => void): void {
    let parts: Buffer[] = [];
    let sizeBytes = 0;
    this.#channel.on('data', (chunk: Buffer) => {
      let rest = chunk;
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
        const line = Buffer.concat([...parts, rest.subarray(0, end)]).toString();
        [parts, sizeBytes, rest] = [[], 0, rest.subarray(end + 1)];
        const message = parseMessage(line);
        if (this.violation !== undefined) return;
        if (message) onMessage(message);
        else this.endFor('sent a message of an unknown form');
      }
      parts.push(rest);
      sizeBytes += rest.length;
      if (sizeBytes > MAX_MESSAGE_BYTES) {
        parts = [];
        this.endFor(`sent a message of more than ${MAX_MESSAGE_BYTES} bytes`);
      }
    });
  }
}

function parseMessage(line: string): FromProcess | undefined {
  try {
    return FromProcess.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
