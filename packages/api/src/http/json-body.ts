import { errors, pointedAt } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

/** Deeper than any legitimate request; bounds every recursive walk over a body. */
const MAX_DEPTH = 64;

/**
 * Accepts JSON only: no other content type, no `__proto__`, no depth that could overflow a stack. An empty body is null.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    if (text === '') done(null);
    else if (isTooDeep(text)) done(tooDeep());
    else void parse(request, text, done);
  });
}

const tooDeep = () =>
  pointedAt(new errors.InvalidRequest(), [{ pointer: '', detail: `nested deeper than ${MAX_DEPTH} levels` }]);

const [QUOTE, BACKSLASH] = ['"', '\\'].map((character) => character.charCodeAt(0));
const OPENING = new Set(['{', '['].map((character) => character.charCodeAt(0)));
const CLOSING = new Set(['}', ']'].map((character) => character.charCodeAt(0)));

/** Counts brackets outside strings, before any recursive code sees the text. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (OPENING.has(code)) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (CLOSING.has(code)) depth -= 1;
  }
  return false;
}
