// Prose of a file: the comments and string literals of code, the paragraphs of a page. Code, identifiers, code blocks
// and URLs are left out.
import { parseSync, Visitor } from 'oxc-parser';

/** A piece of prose; it starts on `line`, counted from 1. */
export interface Text {
  line: number;
  text: string;
}

const CODE = /\.(?:ts|mts|mjs|js)$/;
const PAGE = /\.md$/;
const HASH_COMMENTS = /\.(?:ya?ml|conf|sh|example|template)$|(?:^|\/)Dockerfile$/;

/** Shorter strings are ids, units and keys. */
const MIN_WORDS = 3;

type Comment = ReturnType<typeof parseSync>['comments'][number];

/** Joins the `//` comments of neighbouring lines, because a sentence may wrap. */
function joinComments(comments: Comment[], source: string): Comment[] {
  const joined: Comment[] = [];
  for (const comment of comments) {
    const last = joined.at(-1);
    const isNext =
      last?.type === 'Line' &&
      comment.type === 'Line' &&
      /^\n[ \t]*$/.test(source.slice(last.end, comment.start));
    if (isNext) {
      last.value += `\n${comment.value}`;
      last.end = comment.end;
    } else joined.push({ ...comment });
  }
  return joined;
}

function textsOfCode(path: string, source: string): Text[] {
  const { program, comments, errors } = parseSync(path, source);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const pieces: { start: number; text: string }[] = joinComments(comments, source).map(
    ({ start, value }) => ({
      start,
      text: value.replaceAll(/^[ \t]*\*+[ \t]?|^[ \t]+/gm, ''),
    }),
  );
  const addString = (start: number, text: string) => {
    if (text.trim().split(/\s+/).length >= MIN_WORDS) pieces.push({ start, text });
  };
  new Visitor({
    Literal: ({ start, value }) => {
      if (typeof value === 'string') addString(start, value);
    },
    TemplateLiteral: ({ start, quasis }) => {
      addString(start, quasis.map(({ value }) => value.cooked ?? value.raw).join('…'));
    },
  }).visit(program);
  return pieces.map(({ start, text }) => ({ line: source.slice(0, start).split('\n').length, text }));
}

const keepLines = (text: string) => text.replaceAll(/[^\n]/g, '');

function textsOfPage(source: string): Text[] {
  const prose = source
    .replaceAll(/^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2[ \t]*$/gm, keepLines)
    .replaceAll(/<!--[\s\S]*?-->/g, keepLines)
    .replaceAll(/\]\([^)\s]*\)/g, ']');
  const texts: Text[] = [];
  let line = 1;
  for (const part of prose.split(/(\n\s*\n|\n(?=[|#>*-]|\d+\. ))/)) {
    if (part.trim() !== '') texts.push({ line, text: part });
    line += part.split('\n').length - 1;
  }
  return texts;
}

function textsOfHashComments(source: string): Text[] {
  const texts: Text[] = [];
  let open: Text | undefined;
  for (const [index, line] of source.split('\n').entries()) {
    const comment = /(?:^|\s)#(?!!)\s?(?<comment>.*)$/.exec(line)?.groups?.['comment'];
    if (comment === undefined) {
      open = undefined;
      continue;
    }
    const isWholeLine = /^\s*#/.test(line);
    if (open && isWholeLine) open.text += `\n${comment}`;
    else {
      const text = { line: index + 1, text: comment };
      texts.push(text);
      open = isWholeLine ? text : undefined;
    }
  }
  return texts;
}

/** Prose of one file; nothing of a file type without prose. @throws {Error} on a syntax error in code */
export function textsOf(path: string, source: string): Text[] {
  if (CODE.test(path)) return textsOfCode(path, source);
  if (PAGE.test(path)) return textsOfPage(source);
  if (HASH_COMMENTS.test(path)) return textsOfHashComments(source);
  return [];
}
