import type { RequestStateCodec } from '@modelcontextprotocol/server';

import type { Deps } from '../deps.ts';
import type { Holder } from '../services/holder.ts';
import type { RoundState } from './round-state.ts';
import type { Toolbox } from './toolbox.ts';

/** One HTTP request to the endpoint, reduced to what handlers need. */
export interface Exchange extends Holder {
  requestId: string;
  /** From the header; `_meta` may carry one too. */
  idempotencyKey: string | undefined;
  /** Id of the client's session (2025-11-25), if it named one. */
  session?: string | undefined;
  /** Fires when the client closes the connection before it has its response. */
  gone: AbortSignal;
}

/** Context of the handlers of one request. */
export interface McpContext extends Exchange {
  deps: Deps;
  toolbox: Toolbox;
  rounds: RequestStateCodec<RoundState>;
  /** `modern`: revision 2026-07-28 and later. */
  era: 'modern' | 'legacy';
}
