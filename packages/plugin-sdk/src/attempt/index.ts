export type {
  AskedQuestion,
  AttemptEnd,
  AttemptFailure,
  AttemptHost,
  AttemptProgress,
  AttemptRequest,
  Reading,
  SecretValue,
  StepMemory,
  StoredQuestion,
} from './attempt.ts';
export { describeError, describeThrown } from './describe-error.ts';
export { stepBytes } from './once.ts';
export { runAttempt } from './run-attempt.ts';
export { StopError, type StopReason } from './stop-error.ts';
