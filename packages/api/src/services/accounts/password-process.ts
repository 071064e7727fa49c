import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PasswordReply, PasswordRequest, PasswordResult, PasswordWork } from './password-protocol.ts';

/** Source in development, emitted JavaScript in production. */
const ENTRY = fileURLToPath(new URL(`./password-child${extname(import.meta.url)}`, import.meta.url));
/** A piece of work takes about 0.1 s, and the start 0.2 s; a process that is silent for this long is stuck. */
const TIMEOUT_MS = 10_000;

/** One child process that does costly password work, started on first use and again after it died. */
export class PasswordProcess {
  #child: ChildProcess | undefined;
  #lastId = 0;
  readonly #pending = new Map<number, (result: PasswordResult) => void>();

  /** Resolves to the result of one piece of work. @throws {Error} if the process died or is stuck. */
  async run(work: PasswordWork): Promise<Exclude<PasswordResult, { error: string }>> {
    const child = (this.#child ??= this.#start());
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<PasswordResult>();
    this.#pending.set(id, resolve);
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.send({ ...work, id } satisfies PasswordRequest, (error) => {
      if (error) resolve({ error: error.message });
    });
    const result = await promise;
    clearTimeout(timer);
    this.#pending.delete(id);
    if ('error' in result) throw new Error(`the password process failed: ${result.error}`);
    return result;
  }

  /** Process id of the child, if there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  close(): void {
    if (this.#child?.connected) this.#child.disconnect();
  }

  #start(): ChildProcess {
    const child = fork(ENTRY, { env: {}, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    // An API that has nothing else to do may end.
    child.unref();
    child.channel?.unref();
    child.on('message', ({ id, ...result }: PasswordReply) => this.#pending.get(id)?.(result));
    const end = (how: string) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const resolve of this.#pending.values()) resolve({ error: how });
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(`ended with ${code ?? signal}`));
    return child;
  }
}
