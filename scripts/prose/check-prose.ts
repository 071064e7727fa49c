import { RULES } from './rules.ts';
import { textsOf } from './texts.ts';

export interface Hit {
  line: number;
  rule: string;
  match: string;
  advice: string;
}

/** How far before a match the wording counts that makes it fine ("there is no"). */
const LOOK_BACK = 10;

/** Inline code is a name, not prose; the length stays, so that positions do. */
const withoutCode = (text: string) => text.replaceAll(/`[^`]*`/g, (code) => 'x'.repeat(code.length));

/** Hits of the word list in one file, ordered by line (from 1). @throws {Error} on a syntax error in code */
export function checkProse(path: string, source: string): Hit[] {
  const hits: Hit[] = [];
  for (const { line, text } of textsOf(path, source)) {
    const lead = text.length - text.trimStart().length;
    const prose = withoutCode(text).replaceAll('\n', ' ');
    for (const { name, pattern, advice, unless, isOpening } of RULES) {
      const offset = isOpening ? lead : 0;
      for (const match of prose.slice(offset).matchAll(new RegExp(pattern, `${pattern.flags}g`))) {
        const start = offset + match.index;
        const around = prose.slice(Math.max(0, start - LOOK_BACK), start + match[0].length);
        if (unless?.test(around)) continue;
        const breaks = text.slice(0, start).split('\n').length - 1;
        hits.push({ line: line + breaks, rule: name, match: match[0], advice });
      }
    }
  }
  return hits.sort((left, right) => left.line - right.line);
}
