/** What a proxy does to its connections, those that are open and those to come. */
export type Fault =
  | { kind: 'none' }
  /** Every piece arrives this much later, in both directions. */
  | { kind: 'delay'; ms: number }
  /** A black hole: connections open and stay open, nothing passes until the fault is taken away. */
  | { kind: 'drop' }
  /** Each connection is cut once so many bytes of replies have passed. */
  | { kind: 'close-after'; replyBytes: number }
  | SwallowFault;

/**
 * "Write done, caller sees a timeout": a request reaches the server, its reply reaches nobody. `rate` is the share of
 * the requests that `matches` picks.
 */
export interface SwallowFault {
  kind: 'swallow';
  rate: number;
  matches(request: Buffer): boolean;
  /** `cut`: the caller sees its connection reset. `hole`: it sees nothing, until its own timeout or `holeMs`. */
  how: 'cut' | 'hole';
  holeMs?: number;
}

export const NO_FAULT: Fault = { kind: 'none' };
