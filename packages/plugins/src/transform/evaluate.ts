import { availableParallelism } from 'node:os';

import { FatalError } from '@mcp-server/plugin-sdk';

import { runEvaluator, timedOut } from './evaluator-process.ts';
import type { SandboxInput } from './sandbox.ts';
import { Slots } from './slots.ts';

/** Deeper recursion is endless, or should be written as tail recursion. */
const MAX_DEPTH = 1_000;
const MAX_SEQUENCE = 500_000;

/** More processes than processors would only compete, and each may use all of its memory. */
const slots = new Slots(availableParallelism());

type Evaluation = { result: unknown } | { error: { code?: string; message: string; position?: number } };

/**
 * Evaluates a JSONata expression in its own process and realm. Starting it takes about 0.05 s of processor time; a pool
 * would save most of that, but could leak data of one user's expression to the next.
 * @throws {FatalError} `EXPRESSION_FAILED`, `EXPRESSION_TIMEOUT`, `EXPRESSION_TOO_LARGE`: a retry would fail the same
 * way.
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
  const evaluation = JSON.parse(await slots.run(signal, () => runEvaluator(input, signal))) as Evaluation;
  if ('result' in evaluation) return evaluation.result;
  const { code, message, position } = evaluation.error;
  if (code === 'D1012') throw timedOut(timeoutMs);
  const place = position === undefined ? '' : ` at character ${position}`;
  throw new FatalError(`${message}${place}${code === undefined ? '' : ` (${code})`}`, {
    code: 'EXPRESSION_FAILED',
  });
}
