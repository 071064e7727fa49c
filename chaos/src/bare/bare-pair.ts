import { fileURLToPath } from 'node:url';

import { NodeProcess } from '@mcp-server/local';
import { waitFor } from '@mcp-server/testing';
import { Queue } from 'bullmq';
import { z } from 'zod';

import { BARE_QUEUE } from './queue.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const SOURCE = '--conditions=@mcp-server/source';
const JOBS = 8;
/** For a job to be taken over, on any machine. */
const TAKEN_OVER_WITHIN_MS = 60_000;

const Start = z.object({ msg: z.literal('bare job started'), job: z.string(), at: z.number() });
type Start = z.infer<typeof Start>;

/**
 * The raw piece beside the product: two bare BullMQ workers on the same Redis, of which one is killed when a worker of the
 * product is. What the machine costs a redelivery, it costs this one too.
 */
export class BarePair implements AsyncDisposable {
  readonly #redisUrl: string;
  readonly #prefix: string;
  readonly #queue: Queue;
  #starts: Start[] = [];
  #holder: NodeProcess | undefined;
  #spare: NodeProcess | undefined;
  /** Milliseconds from the death of the holder to the next start, of each job and strike. */
  readonly redeliveriesMs: number[] = [];

  private constructor(redisUrl: string, prefix: string) {
    this.#redisUrl = redisUrl;
    this.#prefix = prefix;
    this.#queue = new Queue(BARE_QUEUE, { connection: { url: redisUrl }, prefix });
    this.#queue.on('error', () => undefined);
  }

  /** Starts the first worker with all the jobs, then the second. */
  static async open(redisUrl: string, prefix: string): Promise<BarePair> {
    const pair = new BarePair(redisUrl, prefix);
    pair.#holder = await pair.#startWorker();
    await pair.#queue.addBulk(Array.from({ length: JOBS }, () => ({ name: 'bare', data: {} })));
    await pair.#untilStarted();
    pair.#spare = await pair.#startWorker();
    return pair;
  }

  /** Kills the worker that holds the jobs; resolves when the other one has started all of them. */
  async strike(): Promise<void> {
    this.#starts = [];
    const at = Date.now();
    await this.#holder?.kill();
    await this.#untilStarted();
    this.redeliveriesMs.push(...this.#starts.map((start) => start.at - at));
    this.#holder = this.#spare;
    this.#spare = await this.#startWorker();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#holder?.kill(), this.#spare?.kill(), this.#queue.close()]);
  }

  #untilStarted(): Promise<unknown> {
    return waitFor(
      'the bare jobs to start',
      () => new Set(this.#starts.map(({ job }) => job)).size === JOBS,
      TAKEN_OVER_WITHIN_MS,
    );
  }

  async #startWorker(): Promise<NodeProcess> {
    const worker = new NodeProcess({
      args: [SOURCE, MAIN, this.#redisUrl, this.#prefix],
      env: {},
      startedText: 'bare worker started',
      onLine: (line) => {
        const { data } = Start.safeParse(readJson(line));
        if (data) this.#starts.push(data);
      },
    });
    await worker.started;
    return worker;
  }
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
