/** Fault of a proxy, on open and future connections. */
export type Fault =
  | { kind: 'none' }
  /** Delay of every chunk, in both directions. */
  | { kind: 'delay'; ms: number }
  /** A black hole: connections open and stay open, and no data passes until the fault ends. */
  | { kind: 'drop' }
  /** Number of reply bytes after which each connection is cut. */
  | { kind: 'close-after'; replyBytes: number }
  | SwallowFault;

/**
 * "Write done, caller sees a timeout": the request reaches the server and its reply is dropped. `rate` is the share of
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

/** Direction in which data no longer passes. */
export type SilentDirection = 'both' | 'requests' | 'replies';

export const NO_FAULT: Fault = { kind: 'none' };
