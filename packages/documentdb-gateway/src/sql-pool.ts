import { CommandError } from './command-error.ts';
import { isSessionLost, isUndoneByRace } from './engine-error.ts';
import { SqlConnection, type SqlValue, type Statement } from './sql-connection.ts';

/** Two cores keep about this many PostgreSQL sessions busy; more of them only add memory and context switches. */
const MAX_CONNECTIONS = 24;
/** How long a command waits for a PostgreSQL that is away: longer than a restart on an idle machine, short for a caller. */
const RECONNECT_MS = 1_500;
const RECONNECT_STEP_MS = 50;
const MAX_RACE_RETRIES = 5;

/** The connection broke under a running statement: whether it took effect is unknown, as after a lost socket to mongod. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

type Waiter = { resolve: (connection: SqlConnection) => void; reject: (error: unknown) => void };

/** A bounded set of PostgreSQL sessions, handed out first come, first served. */
export class SqlPool {
  readonly #socketDir: string;
  readonly #idle: SqlConnection[] = [];
  readonly #busy = new Set<SqlConnection>();
  readonly #waiters: Waiter[] = [];
  #opening = 0;
  #isClosed = false;

  constructor(socketDir: string) {
    this.#socketDir = socketDir;
  }

  /** Runs one statement; again, if PostgreSQL undid all of it because of a race with another. */
  async run(statement: Statement, values: unknown[]): Promise<SqlValue[][]> {
    for (let retries = 0; ; retries += 1) {
      const connection = await this.#acquire();
      try {
        return await connection.run(statement, values);
      } catch (error) {
        if (isSessionLost(error)) {
          throw new OutcomeUnknownError('PostgreSQL went away during a statement', { cause: error });
        }
        if (!isUndoneByRace(error) || statement.commitsInParts === true || retries === MAX_RACE_RETRIES) {
          throw error;
        }
      } finally {
        this.#release(connection);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#idle, ...this.#busy].map((connection) => connection.close()));
  }

  #acquire(): Promise<SqlConnection> {
    const connection = this.#idle.pop();
    if (connection !== undefined) {
      this.#busy.add(connection);
      return Promise.resolve(connection);
    }
    const { promise, resolve, reject } = Promise.withResolvers<SqlConnection>();
    this.#waiters.push({ resolve, reject });
    void this.#grow();
    return promise;
  }

  #release(connection: SqlConnection): void {
    if (!connection.isOpen) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(connection);
      return;
    }
    this.#busy.delete(connection);
    this.#idle.push(connection);
  }

  async #grow(): Promise<void> {
    if (this.#idle.length + this.#busy.size + this.#opening >= MAX_CONNECTIONS) return;
    this.#opening += 1;
    try {
      const connection = await this.#openPatiently();
      this.#busy.add(connection);
      this.#release(connection);
    } catch (error) {
      const reason = new CommandError('ShutdownInProgress', 'the database is not reachable', {
        cause: error,
      });
      for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
    } finally {
      this.#opening -= 1;
    }
  }

  async #openPatiently(): Promise<SqlConnection> {
    const deadline = Date.now() + RECONNECT_MS;
    for (;;) {
      try {
        return await SqlConnection.open(this.#socketDir, (closed) => this.#forget(closed));
      } catch (error) {
        if (this.#isClosed || Date.now() >= deadline) throw error;
        const { promise, resolve } = Promise.withResolvers<void>();
        setTimeout(resolve, RECONNECT_STEP_MS);
        await promise;
      }
    }
  }

  #forget(connection: SqlConnection): void {
    this.#busy.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    // Commands may be waiting for the place that this session held.
    if (this.#waiters.length > 0 && !this.#isClosed) void this.#grow();
  }
}
