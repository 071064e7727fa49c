import { type Answers, FatalError, InputDeclined, type Question } from '@mcp-server/plugin-sdk';
import type { InputRequest } from '@mcp-server/plugin-sdk/schemas';
import type { AskedInput, InputRecord } from '@mcp-server/shared';

import { type Run, StopError } from './runs.ts';

/** Keys of authors. A double dash is for the rounds below, and leaves room for them in the 64 characters. */
const KEY = /^(?!.*--)[A-Za-z0-9_-]{1,60}$/;
/** An answer that does not fit is asked for anew this often; then its author is told by a failure. */
const MAX_ROUNDS = 5;
/** An action that asks for ever must not fill its document. */
const MAX_QUESTIONS = 50;
const MAX_PARAMS_BYTES = 32_768;

/** The key of the next question that has none of its own: the same in each attempt, by order of asking. */
export function nextKey(run: Run): string {
  run.questions.unnamed += 1;
  return `input-${run.questions.unnamed}`;
}

/**
 * `ctx.requestInputs`: resolves when every question has an answer, else ends the attempt with what is open. Questions are
 * noted before the first await, so that several asked side by side in one turn go together.
 * @throws {InputDeclined} {FatalError} on bad keys and too many questions. @throws {StopError} while one is open.
 */
export async function ask<Q extends Record<string, Question<unknown>>>(
  run: Run,
  questions: Q,
): Promise<Answers<Q>> {
  const { signal } = run.controller;
  if (signal.aborted && run.questions.open.size === 0) throw signal.reason;
  const found = Object.entries(questions).map(([key, question]) => findAnswer(run, key, question));
  const open = found.filter((answer) => answer.kind === 'open');
  if (open.length > 0) endWith(run, open);
  const answers = found.map((answer) => {
    if (answer.kind === 'declined') throw new InputDeclined(answer.key, answer.action);
    return answer.kind === 'usable' ? [answer.key, answer.value] : [];
  });
  return Object.fromEntries(answers) as Answers<Q>;
}

interface OpenQuestion {
  kind: 'open';
  /** Of this round. */
  key: string;
  request: InputRequest;
}
type Found =
  | OpenQuestion
  | { kind: 'usable'; key: string; value: unknown }
  | { kind: 'declined'; key: string; action: 'decline' | 'cancel' };

/**
 * The stored answer of a question, or an early one. One that does not fit what the action wants (which is checked here,
 * by zod, more strictly than when it was taken) is asked for anew under a key of its own: keys are used once.
 */
function findAnswer(run: Run, key: string, question: Question<unknown>): Found {
  if (!KEY.test(key)) throw new FatalError(`requestInput: "${key}" is no key`, { code: 'BAD_KEY' });
  let request = question.request;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const roundKey = round === 1 ? key : `${key}--${round}`;
    const stored = run.execution.inputs?.find((input) => input.key === roundKey);
    const reading = stored ? readStored(stored, question) : readEarly(run, roundKey, question);
    if (!reading) return { kind: 'open', key: roundKey, request };
    if (reading.kind !== 'unusable') return { ...reading, key };
    request = withProblem(question.request, reading.problem);
  }
  throw new FatalError(`requestInput: no answer to "${key}" fits`, { code: 'INPUT_UNUSABLE' });
}

function readStored({ answer }: InputRecord, question: Question<unknown>) {
  return answer === undefined ? undefined : question.read(JSON.parse(answer));
}

/** One that does not fit counts as not given. */
function readEarly({ execution }: Run, key: string, question: Question<unknown>) {
  const early = JSON.parse(execution.earlyAnswers ?? '{}') as Record<string, unknown>;
  if (!Object.hasOwn(early, key)) return undefined;
  const reading = question.read(early[key]);
  return reading.kind === 'unusable' ? undefined : reading;
}

/** Who is asked again is told why, where there is a text for people. */
function withProblem({ method, params }: InputRequest, problem: string): InputRequest {
  return typeof params['message'] === 'string'
    ? { method, params: { ...params, message: `${params['message']} (${problem})` } }
    : { method, params };
}

/** Notes the questions and stops the run. */
function endWith({ questions, controller, execution }: Run, open: readonly OpenQuestion[]): never {
  if (!questions.isClosed) {
    if ((execution.inputs?.length ?? 0) + questions.open.size + open.length > MAX_QUESTIONS)
      throw new FatalError(`requestInput: more than ${MAX_QUESTIONS} questions`, { code: 'TOO_MANY_INPUTS' });
    for (const asked of open.map(toAsked)) questions.open.set(asked.key, asked);
    // Runs before any `catch` of the action, and after everything that it asked side by side.
    queueMicrotask(() => (questions.isClosed = true));
    controller.abort(new StopError('input_required'));
  }
  throw new StopError('input_required');
}

/** @throws {FatalError} when it is too large to store. */
function toAsked({ key, request }: OpenQuestion): AskedInput {
  const params = JSON.stringify(request.params);
  if (Buffer.byteLength(params) > MAX_PARAMS_BYTES)
    throw new FatalError(`requestInput: "${key}" is larger than ${MAX_PARAMS_BYTES} bytes`, {
      code: 'INPUT_TOO_LARGE',
    });
  return { key, method: request.method, params };
}
