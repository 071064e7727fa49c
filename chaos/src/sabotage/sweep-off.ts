// A worker whose sweep does nothing.
import { replaceSource } from './replace-source.ts';

replaceSource('sweep-off', [
  {
    file: 'worker/src/sweep/sweeper.ts',
    text: 'async #turn(signal: AbortSignal): Promise<void> {',
    by: 'async #turn(signal: AbortSignal): Promise<void> {\n    return;',
  },
]);
