import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import roll from 'pino-roll';

import { withTimeout } from './with-timeout.ts';

type RollingFile = Awaited<ReturnType<typeof roll>>;

export interface DailyFileOptions {
  dir: string;
  name: string;
  keepFiles: number;
  /** Pause before a file that failed is opened again. */
  retryMs: number;
  /** Called when lines can no longer be written; `reason` is the system's code, such as `ENOSPC`. */
  onFailure(reason: string): void;
  /** Called when lines are written again, with the number of those that are missing. */
  onRecovery(missing: number): void;
}

const CLOSE_MS = 1_000;

/**
 * Log file of the day (`api.2026-01-31.1.log`). A full disk, a missing right and a failed rotation never reach the caller:
 * lines are dropped until the file can be written again.
 */
export class DailyFile {
  readonly #options: DailyFileOptions;
  #stream: RollingFile | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #isClosed = false;
  #missing = 0;

  constructor(options: DailyFileOptions) {
    this.#options = options;
  }

  /** Opens the file of the day; never rejects. */
  async open(): Promise<void> {
    const { dir, name, keepFiles } = this.#options;
    try {
      await mkdir(dir, { recursive: true });
      const stream = await roll({
        file: join(dir, name),
        extension: '.log',
        frequency: 'daily',
        dateFormat: 'yyyy-MM-dd',
        limit: { count: keepFiles, removeOtherLogFiles: true },
        mkdir: true,
        sync: true,
      });
      if (this.#isClosed) return stream.destroy();
      stream.on('error', (error: Error) => this.#fail(stream, error));
      this.#stream = stream;
      // The end of a broken line stands alone, so that the next line can be parsed.
      if (this.#isFailing) stream.once('write', () => this.#recover(stream)).write('\n');
    } catch (error) {
      this.#fail(undefined, error as Error);
    }
  }

  write(line: string): void {
    const stream = this.#stream;
    if (stream === undefined) this.#missing += 1;
    else stream.write(line);
  }

  /** Closes the file; bounded, because a disk may hang. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.end();
    await withTimeout(closed, CLOSE_MS);
  }

  /** The stream is given up: after a failed rotation it would close a descriptor twice. */
  #fail(stream: RollingFile | undefined, error: Error): void {
    if (stream !== undefined && stream !== this.#stream) return;
    this.#stream = undefined;
    if (stream !== undefined) {
      stream.destroy();
      this.#missing += 1;
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.open(), this.#options.retryMs);
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.onFailure((error as NodeJS.ErrnoException).code ?? error.message);
  }

  #recover(stream: RollingFile): void {
    if (stream !== this.#stream) return;
    this.#isFailing = false;
    const missing = this.#missing;
    this.#missing = 0;
    this.#options.onRecovery(missing);
  }
}
