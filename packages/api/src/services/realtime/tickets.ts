import { errors, ObjectIdText, retryLater, Role } from '@mcp-server/shared';
import { z } from 'zod';

import type { TicketStore } from '../../redis/ticket-store.ts';
import type { UserStates } from '../accounts/user-states.ts';
import type { Principal } from '../principal.ts';

/** Long enough to open a socket, short enough to be useless when stolen from a log. */
export const TICKET_TTL_SECONDS = 30;

/** Holder of a ticket. */
const Holder = z.object({ userId: ObjectIdText, role: Role, sessionId: z.string() });

export interface Tickets {
  /** Issues a ticket that opens one socket, in any API process. @throws {errors.EventsUnavailable} */
  issue(session: Principal & { sessionId: string }): Promise<string>;
  /** @throws {errors.Unauthenticated} if it is unknown, expired or used; {errors.EventsUnavailable} */
  redeem(ticket: string): Promise<Principal>;
}

export function buildTickets({ store, userStates }: { store: TicketStore; userStates: UserStates }): Tickets {
  const asking = async <T>(redis: Promise<T>): Promise<T> => {
    try {
      return await redis;
    } catch (cause) {
      throw retryLater(new errors.EventsUnavailable({ cause }), 1);
    }
  };
  return {
    issue: ({ userId, role, sessionId }) =>
      asking(store.put(JSON.stringify({ userId, role, sessionId }), TICKET_TTL_SECONDS)),
    async redeem(ticket) {
      const text = await asking(store.take(ticket));
      if (text === undefined) throw new errors.Unauthenticated();
      const holder = Holder.parse(JSON.parse(text));
      const state = await userStates.read(holder.userId, holder.sessionId);
      if (!state) throw new errors.Unauthenticated();
      return { ...holder, role: state.role };
    },
  };
}
