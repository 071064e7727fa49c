import type {
  AskedQuestion,
  AttemptEnd,
  AttemptProgress,
  StepMemory,
  StoredQuestion,
} from '../attempt/attempt.ts';
import { stepBytes } from '../attempt/once.ts';
import type { ActionRun, AttemptSummary, LogLine } from './action-run.ts';

/** State of an execution between its attempts, which a database holds in the product. */
export interface ExecutionMemory {
  readonly attempts: AttemptSummary[];
  readonly progress: AttemptProgress[];
  readonly log: LogLine[];
  readonly stepMemory: StepMemory;
  /** Questions of earlier attempts with their answers as JSON text. */
  questions(): StoredQuestion[];
  /** Stores questions; true if each of them has an answer. */
  ask(asked: readonly AskedQuestion[]): boolean;
  toRun(end: AttemptEnd): ActionRun;
}

/** Opens an empty memory; `answers` are those of the requester, by key. */
export function openMemory(answers: Readonly<Record<string, unknown>>): ExecutionMemory {
  const asked: AskedQuestion[] = [];
  const steps = new Map<string, string>();
  const attempts: AttemptSummary[] = [];
  const progress: AttemptProgress[] = [];
  const log: LogLine[] = [];
  const isAnswered = ({ key }: AskedQuestion) => Object.hasOwn(answers, key);
  return {
    attempts,
    progress,
    log,
    stepMemory: {
      get storedBytes() {
        return [...steps].reduce((sum, [name, result]) => sum + stepBytes(name, result), 0);
      },
      read: async (name) => steps.get(name),
      start: async () => {},
      end: async (name, result) => void steps.set(name, result),
    },
    questions: () =>
      asked.map((question) => ({
        key: question.key,
        answer: isAnswered(question) ? JSON.stringify(answers[question.key]) : undefined,
      })),
    ask(questions) {
      asked.push(...questions);
      return questions.every(isAnswered);
    },
    toRun: (end) => ({
      ...describeEnd(end),
      questions: asked
        .filter((question) => !isAnswered(question))
        .map(({ key, method, params }) => ({
          key,
          method,
          params: JSON.parse(params) as Record<string, unknown>,
        })),
      attempts,
      progress,
      log,
      steps: Object.fromEntries([...steps].map(([name, result]) => [name, JSON.parse(result) as unknown])),
    }),
  };
}

type Outcome = Pick<ActionRun, 'status' | 'result' | 'content' | 'failure'>;

function describeEnd(end: AttemptEnd): Outcome {
  switch (end.kind) {
    case 'completed':
      return {
        status: 'completed',
        result: JSON.parse(end.result) as unknown,
        ...(end.content === undefined ? {} : { content: JSON.parse(end.content) as unknown }),
      };
    case 'failed':
      return { status: 'failed', failure: end.failure };
    case 'cancelled':
    case 'input_required':
      return { status: end.kind };
    default:
      throw new Error(`An execution cannot end as ${end.kind}.`);
  }
}
