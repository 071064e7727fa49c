import { Client, type QueryArrayResult } from 'pg';

import { isSessionLost } from './engine-error.ts';

/** One statement, prepared once per connection under its name (PostgreSQL cuts names at 63 bytes). */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** A procedure that commits as it goes: what failed half way must not be run again. */
  readonly commitsInParts?: boolean;
}

export type SqlValue = Buffer | string | number | boolean | null;

/** One PostgreSQL session; a statement at a time. */
export class SqlConnection {
  readonly #client: Client;
  #isOpen = true;

  private constructor(client: Client, onClosed: (connection: SqlConnection) => void) {
    this.#client = client;
    // The query in flight is rejected by pg itself; without a listener the same event would end the process.
    client.on('error', () => undefined);
    client.once('end', () => {
      this.#isOpen = false;
      onClosed(this);
    });
  }

  static async open(
    socketDir: string,
    onClosed: (connection: SqlConnection) => void,
  ): Promise<SqlConnection> {
    const client = new Client({
      host: socketDir,
      user: 'postgres',
      database: 'postgres',
      connectionTimeoutMillis: 1_000,
    });
    const connection = new SqlConnection(client, onClosed);
    await client.connect();
    return connection;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async run(statement: Statement, values: unknown[]): Promise<SqlValue[][]> {
    const { name, text } = statement;
    try {
      const result: QueryArrayResult<SqlValue[]> = await this.#client.query({
        name,
        text,
        values,
        rowMode: 'array',
      });
      return result.rows;
    } catch (error) {
      // The failure arrives before the `end` event: nobody may be handed this session in between.
      if (isSessionLost(error)) this.#isOpen = false;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
