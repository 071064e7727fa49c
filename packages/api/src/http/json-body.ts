import type { IncomingHttpHeaders } from 'node:http';
import { MIMEType } from 'node:util';

import { errors, pointedAt } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

import { findInexactNumbers } from './inexact-numbers.ts';

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
    else if (!isPlainUtf8(request.headers)) done(new errors.UnsupportedMediaType());
    else if (isTooDeep(text)) done(tooDeep());
    else void parse(request, text, (error, parsed) => done(error ?? findInexact(text), parsed));
  });
}

/** Text in any other encoding would be misread. */
function isPlainUtf8(headers: IncomingHttpHeaders): boolean {
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = headers;
  const charset = new MIMEType(type).params.get('charset') ?? 'utf-8';
  return encoding.toLowerCase() === 'identity' && /^utf-?8$/i.test(charset);
}

/** Refuses numbers that JavaScript would round: two ids that differ in the last digit would become one. */
function findInexact(text: string): Error | null {
  const pointers = findInexactNumbers(text).map((pointer) => ({
    pointer,
    detail: 'is outside ±(2^53 - 1) and would lose digits; send it as a string',
  }));
  return pointers.length > 0 ? pointedAt(new errors.InvalidRequest(), pointers) : null;
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
