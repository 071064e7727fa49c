import { pick, type Random } from '../random.ts';

/** One request's body. */
export interface Work {
  plugin: 'chaos' | 'versioned';
  action: string;
  payload: Record<string, unknown>;
}

export type WorkKind =
  | 'quick'
  | 'slow'
  | 'slow-unsafe'
  | 'cpu'
  | 'sink'
  | 'sink-once'
  | 'flaky'
  | 'exit'
  | 'abort'
  | 'block';

/** Weight of each kind of work. */
export type Mix = Partial<Record<WorkKind, number>>;

/** Mostly short work, as in real queues, with enough of the other kinds to meet every fault. */
export const USUAL_MIX: Mix = { quick: 56, slow: 12, cpu: 4, sink: 9, 'sink-once': 9, flaky: 10 };

export interface WorkOptions {
  sinkUrl: string;
  slowMs?: number;
}

const MAX_TOKEN = 1e9;
const MAX_FAILURES = 2;

/** Draws one request. The result must contain its token, so a swapped result is detected. */
export function drawWork(random: Random, mix: Mix, options: WorkOptions): Work {
  const kinds = (Object.keys(mix) as WorkKind[]).flatMap((kind) =>
    Array.from({ length: mix[kind] ?? 0 }, () => kind),
  );
  return buildWork(pick(random, kinds), random, options);
}

export function buildWork(kind: WorkKind, random: Random, { sinkUrl, slowMs = 2_000 }: WorkOptions): Work {
  const token = Math.floor(random() * MAX_TOKEN).toString(36);
  const work = (action: string, rest: Record<string, unknown> = {}): Work => ({
    plugin: 'chaos',
    action,
    payload: { token, ...rest },
  });
  switch (kind) {
    case 'quick':
    case 'cpu':
    case 'exit':
    case 'abort':
      return work(kind);
    case 'slow':
    case 'block':
    case 'slow-unsafe':
      return work(kind, { ms: slowMs });
    case 'flaky':
      return work(kind, { failures: 1 + Math.floor(random() * MAX_FAILURES) });
    case 'sink':
      return work('call-sink', { url: sinkUrl, once: false });
    case 'sink-once':
      return work('call-sink', { url: sinkUrl, once: true });
  }
}
