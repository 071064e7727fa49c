import {
  type Failure,
  type FailureKind,
  type InputRecord,
  type McpTaskRecord,
  type DurationStats,
} from '@mcp-server/shared';

import type { WaitReason } from '../services/executions/no-worker.ts';
import { PROTOCOL_ERROR_CODE } from './names.ts';
import { presentEnd } from './tool-result.ts';

/** An execution as the Tasks extension shows it. Times are ISO 8601. */
export interface McpTask {
  taskId: string;
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number;
  pollIntervalMs: number;
}

/** Faults around a run. An action that ran and failed is `completed`, with an error as its result. */
const PROTOCOL_FAULTS: ReadonlySet<FailureKind> = new Set([
  'crashed',
  'expired',
  'plugin_missing',
  'outcome_unknown',
]);

const MIN_POLL_MS = 250;
const MAX_POLL_MS = 10_000;
const DEFAULT_POLL_MS = 1_000;
/** Polls per usual run time: finds the end soon without polling much. */
const POLLS_PER_RUN = 4;

const INTERNAL_ERROR = -32_603;

export const pollIntervalOf = (runMs: DurationStats['runMs']): number =>
  runMs === null
    ? DEFAULT_POLL_MS
    : Math.round(Math.min(Math.max(runMs.p50 / POLLS_PER_RUN, MIN_POLL_MS), MAX_POLL_MS));

const isProtocolFault = ({ kind, code }: Failure): boolean =>
  PROTOCOL_FAULTS.has(kind) || code === PROTOCOL_ERROR_CODE;

interface McpTaskContext {
  usual: Pick<DurationStats, 'runMs'>;
  /** Minimum time it is kept. */
  retentionSeconds: number;
  /** Set if no living worker has its action. */
  reason?: WaitReason | undefined;
}

/** Presents an mcpTask without its result. */
export function presentMcpTask(
  record: McpTaskRecord,
  { usual, retentionSeconds, reason }: McpTaskContext,
): McpTask {
  const statusMessage = reason?.text ?? describeStatus(record);
  return {
    taskId: record._id,
    status: statusOf(record),
    ...(statusMessage === undefined ? {} : { statusMessage }),
    createdAt: record.createdAt.toISOString(),
    lastUpdatedAt: record.updatedAt.toISOString(),
    ttlMs: retentionSeconds * 1_000,
    pollIntervalMs: pollIntervalOf(usual.runMs),
  };
}

/** Presents what accompanies a polled mcpTask: the result, the error, or the open questions that `isShown`. */
export function presentOutcome(
  record: McpTaskRecord,
  isShown: (question: InputRecord) => boolean,
): Record<string, unknown> {
  switch (statusOf(record)) {
    case 'completed':
      return { result: { ...presentEnd(record), resultType: 'complete' } };
    case 'failed':
      return { error: presentFault(record) };
    case 'input_required':
      return { inputRequests: presentQuestions(openQuestions(record).filter(isShown)) };
    default:
      return {};
  }
}

function statusOf({ status, failure }: McpTaskRecord): McpTask['status'] {
  if (status === 'failed') return failure && isProtocolFault(failure) ? 'failed' : 'completed';
  if (status === 'completed' || status === 'cancelled' || status === 'input_required') return status;
  return 'working';
}

const presentFault = ({ _id: executionId, failure }: McpTaskRecord) => ({
  code: INTERNAL_ERROR,
  message: failure?.message ?? 'failed',
  data: {
    kind: failure?.kind,
    ...(failure?.code === undefined ? {} : { code: failure.code }),
    executionId,
  },
});

export const openQuestions = ({ inputs }: Pick<McpTaskRecord, 'inputs'>): InputRecord[] =>
  (inputs ?? []).filter(({ answer }) => answer === undefined);

/** Presents questions in the shape of `inputRequests`: by key. */
export const presentQuestions = (
  questions: InputRecord[],
): Record<string, { method: string; params: unknown }> =>
  Object.fromEntries(
    questions.map(({ key, method, params }) => [key, { method, params: JSON.parse(params) as unknown }]),
  );

/** Describes the status as text, the only channel for progress that an mcpTask has. */
function describeStatus(record: McpTaskRecord): string | undefined {
  const { status, attemptsUsed, policy, progress, cancel, failure } = record;
  const attempts = policy.retry.attempts;
  const ofAll = `attempt ${attemptsUsed + 1} of ${attempts}`;
  if (status === 'queued')
    return attemptsUsed === 0 ? 'waiting in the queue' : `waiting in the queue for ${ofAll}`;
  if (status === 'retrying') return `waiting for ${ofAll}`;
  if (status === 'input_required') return 'waiting for input';
  if (status === 'failed') return failure?.message;
  if (status !== 'running') return undefined;
  if (cancel) return 'being cancelled';
  return [ofAll, progress && describeProgress(progress)].filter((part) => part !== undefined).join(': ');
}

function describeProgress({ done, total, message }: NonNullable<McpTaskRecord['progress']>): string {
  const amount = total === undefined ? `${done}` : `${done} of ${total}`;
  return message === undefined ? amount : `${amount}, ${message}`;
}
