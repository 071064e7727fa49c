export type { ActionRun, AttemptSummary, LogLine, OpenQuestion } from './action-run.ts';
export { accept, decline } from './answers.ts';
export { runAction, type RunOptions } from './run-action.ts';
