import { errors, pointedAt } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

/** No honest request nests deeper, and every recursive walk over a body is bounded by it. */
const MAX_DEPTH = 64;

/**
 * Takes JSON and nothing else: no text, no `__proto__`, no depth that would overflow a stack. An empty body is none.
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

/** Counts brackets outside of strings, before anything recursive sees the text. */
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
