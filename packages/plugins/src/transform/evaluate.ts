import { availableParallelism } from 'node:os';

import { FatalError } from '@mcp-server/plugin-sdk';

import { runEvaluator, timedOut } from './evaluator-process.ts';
import type { SandboxInput } from './sandbox.ts';
import { Slots } from './slots.ts';

/** Deeper recursion than this does not end, or should be written as tail recursion. */
const MAX_DEPTH = 1_000;
const MAX_SEQUENCE = 500_000;

/** More processes than processors would only share them, and each may use its whole memory. */
const slots = new Slots(availableParallelism());

type Answer = { result: unknown } | { error: { code?: string; message: string; position?: number } };

/**
 * Evaluates a JSONata expression, in a process and a realm of its own. Starting it costs about 0.05 s of processor
 * time; a pool would save most of that, and would hand the leftovers of one user's expression to the next.
 * @throws {FatalError} `EXPRESSION_FAILED`, `EXPRESSION_TIMEOUT`, `EXPRESSION_TOO_LARGE`: a repeat would do the same.
 */
export async function evaluate(
  { expression, data, timeoutMs }: { expression: string; data: unknown; timeoutMs: number },
  signal: AbortSignal,
): Promise<unknown> {
  const input: SandboxInput = {
    expression,
    data: JSON.stringify(data) ?? 'null',
    options: JSON.stringify({ timeout: timeoutMs, stack: MAX_DEPTH, sequence: MAX_SEQUENCE }),
    timeoutMs,
  };
  const answer = JSON.parse(await slots.run(signal, () => runEvaluator(input, signal))) as Answer;
  if ('result' in answer) return answer.result;
  const { code, message, position } = answer.error;
  if (code === 'D1012') throw timedOut(timeoutMs);
  const place = position === undefined ? '' : ` at character ${position}`;
  throw new FatalError(`${message}${place}${code === undefined ? '' : ` (${code})`}`, {
    code: 'EXPRESSION_FAILED',
  });
}
