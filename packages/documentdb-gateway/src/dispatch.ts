import { CommandError } from './command-error.ts';
import type { CommandHandler, CommandRequest, GatewayParts } from './command.ts';
import { collectionCommands } from './commands/collections.ts';
import { explainCommands } from './commands/explain.ts';
import { indexCommands } from './commands/indexes.ts';
import { queryCommands } from './commands/queries.ts';
import { serverCommands } from './commands/server.ts';
import { writeCommands } from './commands/writes.ts';
import { toCommandError } from './engine-error.ts';
import { OutcomeUnknownError } from './sql-pool.ts';

const HANDLERS = new Map<string, CommandHandler>(
  [writeCommands, queryCommands, indexCommands, collectionCommands, serverCommands, explainCommands].flatMap(
    Object.entries,
  ),
);

/** Runs one command and returns its reply, which may be an error. @throws {OutcomeUnknownError} if no reply would be true. */
export async function dispatch(request: CommandRequest, parts: GatewayParts): Promise<Uint8Array> {
  try {
    const handler = HANDLERS.get(request.command.name);
    if (handler === undefined) {
      throw new CommandError('CommandNotFound', `no such command: '${request.command.name}'`);
    }
    return await handler(request, parts);
  } catch (error) {
    if (error instanceof OutcomeUnknownError) throw error;
    return toCommandError(error).toReply();
  }
}
