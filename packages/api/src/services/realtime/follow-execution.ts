import { describeEvent, type Models } from '@mcp-server/shared';

import { findOwnExecution } from '../executions/find-execution.ts';
import type { Holder } from '../holder.ts';
import type { LiveSocket, Wire } from './live-socket.ts';
import type { Sockets } from './sockets.ts';

/**
 * Sends the events of one execution, and then its state, which is read after the subscription starts so that no end is
 * missed. After a `reset` it sends the state again. Resolves to the socket to remove when the client is gone.
 * @throws {errors.NotFound} {errors.Busy} {errors.TooManySockets}
 */
export async function followExecution(
  deps: { models: Models; sockets: Sockets },
  holder: Holder,
  { id, lastEventId }: { id: string; lastEventId?: string | undefined },
  wire: Wire,
): Promise<LiveSocket | undefined> {
  const { principal } = holder;
  await findOwnExecution(deps, principal, id);
  deps.sockets.admit(principal);
  const sendState = async () => {
    const execution = await findOwnExecution(deps, principal, id);
    wire.send({ type: 'state', state: describeEvent(execution) });
  };
  let isSubscribed = false;
  const following: Wire = {
    ...wire,
    send(message) {
      wire.send(message);
      // Without the state the client could only reconnect.
      if (message.type === 'reset' && isSubscribed) sendState().catch(() => wire.terminate());
    },
  };
  const live = deps.sockets.open(holder, following, { answersPings: false });
  if (!live) return undefined;
  await live.enqueue({ type: 'subscribe', topics: [`execution:${id}`], lastEventId });
  isSubscribed = true;
  await sendState();
  return live;
}
