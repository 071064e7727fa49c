import type { CommandDocument } from './command-document.ts';
import type { CursorStore } from './cursors.ts';
import type { IndexKeys } from './index-keys.ts';
import type { SqlPool } from './sql-pool.ts';

/** Dependencies of the command handlers; one set per gateway. */
export interface GatewayParts {
  readonly pool: SqlPool;
  readonly cursors: CursorStore;
  readonly indexKeys: IndexKeys;
}

export interface CommandRequest {
  readonly command: CommandDocument;
  /** Kind-1 sections of the message, by name. */
  readonly sequences: ReadonlyMap<string, Buffer>;
  readonly connectionId: number;
}

/** Answers one command with a BSON document. @throws {CommandError | DatabaseError} if the command fails. */
export type CommandHandler = (
  request: CommandRequest,
  parts: GatewayParts,
) => Promise<Uint8Array> | Uint8Array;

export type CommandHandlers = Readonly<Record<string, CommandHandler>>;
