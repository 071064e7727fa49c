import type { RequestInput, RequestOutput } from './request-input.ts';
import { invalidResponse } from './response-body.ts';

/**
 * Converts the body to the type that the caller wants, or by its content type. @throws {FatalError} `INVALID_RESPONSE`.
 */
export function presentBody(
  bytes: Buffer,
  contentType: string | undefined,
  wanted: RequestInput['responseType'],
  isOk: boolean,
): Pick<RequestOutput, 'body' | 'bodyType'> {
  if (bytes.length === 0) return { body: null, bodyType: 'none' };
  const [media = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const text = () => decodeText(bytes, parameters);
  // An error page is rarely of the wanted type, so it is shown by its own type.
  const type = wanted === 'json' && !isOk ? 'auto' : wanted;
  if (type === 'base64') return { body: bytes.toString('base64'), bodyType: 'base64' };
  if (type === 'text') return { body: text(), bodyType: 'text' };
  if (type === 'json' || /[/+]json$/.test(media.trim())) {
    const { isJson, value } = parseJson(text());
    if (value !== undefined) return { body: value, bodyType: 'json' };
    if (type === 'json' && !isJson) throw invalidResponse('The response is not JSON.');
    return { body: text(), bodyType: 'text' };
  }
  if (isText(media.trim(), parameters)) return { body: text(), bodyType: 'text' };
  return { body: bytes.toString('base64'), bodyType: 'base64' };
}

function decodeText(bytes: Buffer, parameters: string[]): string {
  const charset = parameters.map((part) => /^\s*charset="?([\w-]+)"?\s*$/.exec(part)?.[1]).find(Boolean);
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes);
  } catch {
    // Unknown charset: most such responses are UTF-8 anyway.
    return new TextDecoder().decode(bytes);
  }
}

/** Types of text besides `text/*`: named so, of a known family, or with a charset. */
function isText(media: string, parameters: string[]): boolean {
  if (/^text\/|[/+](xml|ya?ml|x-ya?ml|toml|sql|graphql|(x-)?ndjson|jsonl)$/.test(media)) return true;
  if (/\/(javascript|ecmascript|x-javascript|x-sh|x-www-form-urlencoded|x-httpd-php)$/.test(media))
    return true;
  return parameters.some((part) => /^\s*charset=/.test(part));
}

/** A result may be nested 64 levels deep, and the body is one level down. */
const MAX_DEPTH = 60;

function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}

/**
 * `value` is undefined if the text is not JSON, if its numbers would lose digits, or if it is too deep for a result: then
 * it is better kept as text.
 */
function parseJson(text: string): { isJson: boolean; value?: unknown } {
  let isExact = true;
  try {
    const value: unknown = JSON.parse(text, function check(_key, item, context?: { source: string }) {
      if (typeof item === 'number')
        isExact &&=
          Number.isFinite(item) && (Number.isSafeInteger(item) || !/^-?\d+$/.test(context?.source ?? ''));
      return item as unknown;
    } as Parameters<typeof JSON.parse>[1]);
    return isExact && !isDeep(value) ? { isJson: true, value } : { isJson: true };
  } catch {
    return { isJson: false };
  }
}
