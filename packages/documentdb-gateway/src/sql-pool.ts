import { setTimeout as delay } from 'node:timers/promises';

import { Pool, type PoolClient, type QueryArrayResult } from 'pg';

import { CommandError } from './command-error.ts';
import { isSessionLost, isUndoneByRace } from './engine-error.ts';
import type { SqlValue, Statement } from './statement.ts';

/** How long a command waits for PostgreSQL while it is down: longer than a restart on an idle machine, short for a caller. */
const RECONNECT_MS = 1_500;
const RECONNECT_STEP_MS = 50;
const MAX_RACE_RETRIES = 5;
/** Longest pause before the first rerun; doubled for each further one. */
const RACE_PAUSE_MS = 30;

/** The connection broke during a statement: whether it took effect is unknown, as after a lost connection to mongod. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

export interface SqlPoolOptions {
  /** Connection string; what it leaves out comes from libpq's variables (PGHOST, PGUSER, …). */
  readonly url?: string | undefined;
  readonly maxSessions: number;
}

/** Bounded pool of PostgreSQL sessions, handed out first come, first served. */
export class SqlPool {
  readonly #pool: Pool;
  #probe: Promise<boolean> | undefined;

  constructor({ url, maxSessions }: SqlPoolOptions) {
    this.#pool = new Pool({
      connectionString: url,
      max: maxSessions,
      // Sessions hold their prepared statements, so idle ones stay open.
      idleTimeoutMillis: 0,
      // A timeout would also reject commands that wait for a free session.
      connectionTimeoutMillis: 0,
    });
    // pg rejects the running statement itself; without these listeners the same event would end the process.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Resolves when PostgreSQL accepts a session. @throws {CommandError} after `waitMs`. */
  async waitUntilReachable(waitMs: number): Promise<void> {
    (await this.#connect(waitMs)).release();
  }

  /** Runs one statement. Reruns it if PostgreSQL rolled all of it back because of a race with another statement. */
  async run(statement: Statement, values: unknown[]): Promise<SqlValue[][]> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.#runOnce(statement, values);
      } catch (error) {
        const mayRerun = isUndoneByRace(error) && statement.commitsInParts !== true;
        if (!mayRerun || retries === MAX_RACE_RETRIES) throw error;
      }
      // At once, those that lost a race would meet in the next one, and each meeting costs a deadlock's timeout.
      await delay(Math.random() * RACE_PAUSE_MS * 2 ** retries);
    }
  }

  async #runOnce(statement: Statement, values: unknown[]): Promise<SqlValue[][]> {
    const client = await this.#connect(RECONNECT_MS);
    try {
      const rows = await runOn(client, statement, values);
      client.release();
      return rows;
    } catch (error) {
      client.release(isSessionLost(error));
      if (!isSessionLost(error)) throw error;
      throw new OutcomeUnknownError('PostgreSQL went away during a statement', { cause: error });
    }
  }

  /** Runs statements in one transaction: all of them take effect, or none. */
  async transact(
    work: (run: (statement: Statement, values: unknown[]) => Promise<SqlValue[][]>) => Promise<void>,
  ): Promise<void> {
    const client = await this.#connect(RECONNECT_MS);
    try {
      await client.query('BEGIN');
      await work((statement, values) => runOn(client, statement, values));
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      // Closing the session undoes the transaction, whatever state it is in.
      client.release(true);
      throw error;
    }
  }

  /** Closes all sessions, each after its running statement. */
  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #connect(waitMs: number): Promise<PoolClient> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      try {
        return await this.#pool.connect();
      } catch (cause) {
        do {
          if (this.#pool.ending || Date.now() >= deadline) {
            throw new CommandError('ShutdownInProgress', 'the database is not reachable', { cause });
          }
        } while (!(await this.#isReachable()));
      }
    }
  }

  /** One attempt after a pause, shared by all waiting commands: hundreds of attempts would slow PostgreSQL's start. */
  #isReachable(): Promise<boolean> {
    this.#probe ??= delay(RECONNECT_STEP_MS)
      .then(() => this.#pool.connect())
      .then(
        (client) => (client.release(), true),
        () => false,
      )
      .finally(() => (this.#probe = undefined));
    return this.#probe;
  }
}

async function runOn(
  client: PoolClient,
  { name, text }: Statement,
  values: unknown[],
): Promise<SqlValue[][]> {
  const result: QueryArrayResult<SqlValue[]> = await client.query({ name, text, values, rowMode: 'array' });
  return result.rows;
}
