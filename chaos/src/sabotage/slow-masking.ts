// A worker that masks texts in quadratic time: 25 ms for 4,000 characters, as backtracking patterns took.
import { replaceSource } from './replace-source.ts';

const SLOW =
  'for (const until = performance.now() + 25 * (known.length / 4_000) ** 2; performance.now() < until; );';
const text = '  const known = all.slice(0, reach);';

replaceSource('slow-masking', [
  { file: 'plugin-sdk/src/masking/safe-text.ts', text, by: `${text}\n${SLOW}` },
]);
