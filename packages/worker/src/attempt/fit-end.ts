import type { ExecutionRecord, RunEnd } from '@mcp-server/shared';

const MEBIBYTE = 1_048_576;
/** Below MongoDB's limit of 16 MiB, with room for the end itself. */
const MAX_RECORD_BYTES = 15 * MEBIBYTE;
/** The limit of all steps of `ctx.once`, which may have been stored during this attempt, and their field names. */
const MAX_STEPS_BYTES = 4.5 * MEBIBYTE;
/** Payload, answers, questions, steps and attempts have limits that leave room for a result of this size in any case. */
const SAFE_RESULT_BYTES = 4 * MEBIBYTE;

/** The end as it is, or a failure that names the limit if the record would be too large for the database with this result. */
export function fitEnd(execution: ExecutionRecord, end: RunEnd): RunEnd {
  if (end.kind !== 'completed') return end;
  const resultBytes = sizeOf(end.result) + sizeOf(end.content);
  if (resultBytes <= SAFE_RESULT_BYTES) return end;
  const { payload, earlyAnswers, inputs = [], attempts } = execution;
  const otherBytes =
    sizeOf(payload) +
    sizeOf(earlyAnswers) +
    inputs.reduce((sum, { params, answer }) => sum + sizeOf(params) + sizeOf(answer), 0) +
    sizeOf(JSON.stringify(attempts)) +
    MAX_STEPS_BYTES;
  if (resultBytes + otherBytes <= MAX_RECORD_BYTES) return end;
  const message = `The record of the execution would be larger than ${MAX_RECORD_BYTES} bytes with this result of ${resultBytes} bytes.`;
  return { kind: 'failed', failure: { kind: 'invalid_output', message } };
}

const sizeOf = (text: string | undefined): number => (text === undefined ? 0 : Buffer.byteLength(text));
