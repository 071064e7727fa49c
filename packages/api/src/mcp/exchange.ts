import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';

import type { Deps } from '../deps.ts';
import type { Principal } from '../services/principal.ts';
import { TASKS_EXTENSION } from './names.ts';
import type { RoundState } from './round-state.ts';
import type { Toolbox } from './toolbox.ts';

/** One HTTP request to the endpoint, as far as handlers need to know it. */
export interface Exchange {
  principal: Principal;
  requestId: string;
  /** Of the header; `_meta` may carry one, too. */
  idempotencyKey: string | undefined;
  /** Fires when the client closes the connection before it has its answer. */
  gone: AbortSignal;
}

/** What the handlers of one request work with. */
export interface Scope extends Exchange {
  deps: Deps;
  toolbox: Toolbox;
  rounds: RequestStateCodec<RoundState>;
  /** `modern`: revision 2026-07-28 and later. */
  era: 'modern' | 'legacy';
}

/** What the client declared with this very request; nothing, in the legacy era, which declares once and elsewhere. */
export function capabilitiesOf({ era }: Pick<Scope, 'era'>, ctx: ServerContext): ClientCapabilities {
  const envelope: { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined = ctx.mcpReq.envelope;
  return (era === 'modern' && envelope?.[CLIENT_CAPABILITIES_META_KEY]) || {};
}

export const knowsTasks = ({ extensions }: ClientCapabilities): boolean =>
  extensions !== undefined && TASKS_EXTENSION in extensions;
