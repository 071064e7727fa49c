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
    const value = parseJson(text());
    if (value !== undefined) return { body: value, bodyType: 'json' };
    if (type === 'json') throw invalidResponse('The response is not JSON.');
    return { body: text(), bodyType: 'text' };
  }
  if (/^text\/|[/+]xml$|\/(javascript|x-www-form-urlencoded)$/.test(media.trim())) {
    return { body: text(), bodyType: 'text' };
  }
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
