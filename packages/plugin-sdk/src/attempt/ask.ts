import { FatalError } from '../action.ts';
import { type Answers, InputDeclined, type Question } from '../question.ts';
import type { InputRequest } from '../schemas/input.ts';
import type { AskedQuestion, Attempt, AttemptHost, StoredQuestion } from './attempt.ts';
import { findJsonProblem } from './json-problem.ts';
import { StopError } from './stop-error.ts';

/** Keys that authors may use. A double dash marks the rounds below; 60 of the 64 characters leave room for it. */
const KEY = /^(?!.*--)[A-Za-z0-9_-]{1,60}$/;
/** Rounds in which an unusable answer is asked for again; after them the execution fails. */
const MAX_ROUNDS = 5;
/** An action that asks forever must not fill its document. */
const MAX_QUESTIONS = 50;
const MAX_PARAMS_BYTES = 32_768;

/** Key of the next question without a key of its own: the same in every attempt, by order of the calls. */
export function nextKey({ questions }: Attempt): string {
  questions.unnamed += 1;
  return `input-${questions.unnamed}`;
}

/**
 * `ctx.requestInputs`: resolves if every question has an answer, otherwise ends the attempt with the open ones. Questions
 * are noted before the first await, so that several asked side by side in one turn go together.
 * @throws {InputDeclined} {FatalError} on invalid keys and too many questions. @throws {StopError} while one is open.
 */
export async function ask<Q extends Record<string, Question<unknown>>>(
  attempt: Attempt,
  questions: Q,
): Promise<Answers<Q>> {
  const { signal } = attempt.controller;
  if (signal.aborted && attempt.questions.open.size === 0) throw signal.reason;
  const results = Object.entries(questions).map(([key, question]) => findAnswer(attempt, key, question));
  // A refusal to answer is an answer too.
  if (results.some(({ kind }) => kind !== 'open')) attempt.host.noteReading?.('answer');
  const open = results.filter((answer) => answer.kind === 'open');
  if (open.length > 0) endWith(attempt, open);
  const answers = results.map((answer) => {
    if (answer.kind === 'declined') throw new InputDeclined(answer.key, answer.action);
    return answer.kind === 'usable' ? [answer.key, answer.value] : [];
  });
  return Object.fromEntries(answers) as Answers<Q>;
}

interface OpenQuestion {
  kind: 'open';
  /** Key of this round. */
  key: string;
  request: InputRequest;
}
type AnswerResult =
  | OpenQuestion
  | { kind: 'usable'; key: string; value: unknown }
  | { kind: 'declined'; key: string; action: 'decline' | 'cancel' };

/**
 * Stored or early answer of a question. The check here, by zod, is stricter than the one when the answer was accepted; an
 * answer that fails it is asked for again under a key of its own, because keys are used once.
 */
function findAnswer(attempt: Attempt, key: string, question: Question<unknown>): AnswerResult {
  if (!KEY.test(key)) throw new FatalError(`requestInput: "${key}" is not a valid key.`, { code: 'BAD_KEY' });
  let request = question.request;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const roundKey = round === 1 ? key : `${key}--${round}`;
    const stored = attempt.request.questions.find((input) => input.key === roundKey);
    const reading = stored ? readStored(stored, question) : readEarly(attempt, roundKey, question);
    if (!reading) return { kind: 'open', key: roundKey, request };
    if (reading.kind !== 'unusable') return { ...reading, key };
    request = withProblem(question.request, reading.problem);
  }
  throw new FatalError(`requestInput: no usable answer to "${key}".`, { code: 'INPUT_UNUSABLE' });
}

function readStored({ answer }: StoredQuestion, question: Question<unknown>) {
  return answer === undefined ? undefined : question.read(JSON.parse(answer));
}

/** An early answer that does not fit counts as not given. */
function readEarly({ request }: Attempt, key: string, question: Question<unknown>) {
  if (!Object.hasOwn(request.earlyAnswers, key)) return undefined;
  const reading = question.read(request.earlyAnswers[key]);
  return reading.kind === 'unusable' ? undefined : reading;
}

/** Adds the reason for asking again, if the question has a text for people. */
function withProblem({ method, params }: InputRequest, problem: string): InputRequest {
  return typeof params['message'] === 'string'
    ? { method, params: { ...params, message: `${params['message']} (${problem})` } }
    : { method, params };
}

/** Notes the questions and stops the attempt. */
function endWith({ questions, controller, request, host }: Attempt, open: readonly OpenQuestion[]): never {
  if (!questions.isClosed) {
    if (request.questions.length + questions.open.size + open.length > MAX_QUESTIONS)
      throw new FatalError(`requestInput: more than ${MAX_QUESTIONS} questions.`, {
        code: 'TOO_MANY_INPUTS',
      });
    for (const asked of open.map((question) => toAsked(question, host))) questions.open.set(asked.key, asked);
    // Runs before any `catch` of the action, and after everything that it asked side by side.
    queueMicrotask(() => (questions.isClosed = true));
    controller.abort(new StopError('input_required'));
  }
  throw new StopError('input_required');
}

/** @throws {FatalError} if it is too large to store, or not JSON. */
function toAsked({ key, request }: OpenQuestion, { secrets }: AttemptHost): AskedQuestion {
  const problem = findJsonProblem(request.params);
  if (problem !== undefined)
    throw new FatalError(`requestInput: "${key}" must be JSON: ${problem}.`, { code: 'INPUT_NOT_JSON' });
  const json = JSON.stringify(request.params);
  const params = secrets?.maskJson(json) ?? json;
  if (Buffer.byteLength(params) > MAX_PARAMS_BYTES)
    throw new FatalError(`requestInput: "${key}" is larger than ${MAX_PARAMS_BYTES} bytes.`, {
      code: 'INPUT_TOO_LARGE',
    });
  return { key, method: request.method, params };
}
