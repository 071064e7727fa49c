// A worker that masks texts in quadratic time: 25 ms for 4,000 characters, as backtracking patterns took.
import { replaceSource } from './replace-source.ts';

const SLOW =
  'for (const until = performance.now() + 25 * (start.length / 4_000) ** 2; performance.now() < until; );';
const text = '  const known = secrets?.mask(start) ?? start;';

replaceSource('slow-masking', [
  { file: 'plugin-sdk/src/masking/safe-text.ts', text, by: `${SLOW}\n${text}` },
]);
