// A worker that keeps silent connections.
import { replaceSource } from './replace-source.ts';

replaceSource('silence-off', [
  {
    file: 'shared/src/connections/replace-silent.ts',
    text: 'setInterval(look, CHECK_MS)',
    by: 'setInterval(() => undefined, CHECK_MS)',
  },
]);
