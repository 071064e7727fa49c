import { type ActionContext, FatalError } from '@mcp-server/plugin-sdk';

import type { Outgoing } from './outgoing.ts';
import type { RequestInput } from './request-input.ts';

type ReadSecret = ActionContext['secret'];
type SecretFields = NonNullable<RequestInput['secrets']>;

/** One line of Latin-1 text, as in `headers` of the input. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The request with the secrets of its input in it. Each must name the host of the request. @throws {FatalError} `SECRET_HOST`
 * and what `ctx.secret` throws, `INVALID_REQUEST` for a header that is given twice or a value that cannot be one.
 */
export async function addSecrets(
  request: Outgoing,
  fields: SecretFields | undefined,
  read: ReadSecret,
): Promise<Outgoing> {
  if (!fields) return request;
  const url = new URL(request.url);
  const added = await readHeaders(fields, url, read);
  for (const name of Object.keys(added))
    if (Object.hasOwn(request.headers, name)) throw invalid(`The header "${name}" is given twice.`);
  const query = new URLSearchParams();
  for (const [name, secret] of Object.entries(fields.query)) query.append(name, await read(secret, { url }));
  if (query.size > 0) url.search = [url.search.slice(1), query.toString()].filter(Boolean).join('&');
  return { ...request, url, headers: { ...request.headers, ...added } };
}

/**
 * The request that a redirect asks for, with the secrets that name its host. Others are left out, as credentials are for another
 * origin; but an address that carries one of them must not be followed.
 * @throws {FatalError} `SECRET_HOST`
 */
export async function addSecretsAgain(
  request: Outgoing,
  fields: SecretFields | undefined,
  read: ReadSecret,
): Promise<Outgoing> {
  if (!fields) return request;
  const headers: Record<string, string> = { ...request.headers };
  for (const [name, field] of Object.entries(headerFields(fields))) {
    const value = await readIfNamed(field.secret, request.url, read);
    if (value === undefined) await refuseCarried(field.secret, request.url, read);
    delete headers[name];
    if (value !== undefined) headers[name] = toHeader(name, field.format(value));
  }
  for (const secret of Object.values(fields.query))
    if ((await readIfNamed(secret, request.url, read)) === undefined)
      await refuseCarried(secret, request.url, read);
  return { ...request, headers };
}

interface HeaderField {
  secret: string;
  format: (value: string) => string;
}

/** Headers by lower-case name that the fields fill. */
function headerFields({ headers, bearer, basic }: SecretFields): Record<string, HeaderField> {
  const named = Object.entries(headers).map(([name, secret]) => [
    name.toLowerCase(),
    { secret, format: (value: string) => value },
  ]);
  const fields = Object.fromEntries(named) as Record<string, HeaderField>;
  const authorization: HeaderField | undefined = basic
    ? {
        secret: basic.password,
        format: (value) => `Basic ${Buffer.from(`${basic.username}:${value}`).toString('base64')}`,
      }
    : bearer === undefined
      ? undefined
      : { secret: bearer, format: (value) => `Bearer ${value}` };
  if (authorization && Object.hasOwn(fields, 'authorization'))
    throw invalid('The header "authorization" is given twice.');
  return authorization ? { ...fields, authorization } : fields;
}

async function readHeaders(
  fields: SecretFields,
  url: URL,
  read: ReadSecret,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, { secret, format }] of Object.entries(headerFields(fields)))
    headers[name] = toHeader(name, format(await read(secret, { url })));
  return headers;
}

/** The message names the header only: the value is a secret. */
function toHeader(name: string, value: string): string {
  if (HEADER_VALUE.test(value)) return value;
  throw invalid(`The secret for the header "${name}" is not one line of Latin-1 text.`);
}

/** The value, or undefined if the secret does not name the host of this address. */
async function readIfNamed(secret: string, url: URL, read: ReadSecret): Promise<string | undefined> {
  try {
    return await read(secret, { url });
  } catch (error) {
    if (error instanceof FatalError && error.code === 'SECRET_HOST') return undefined;
    throw error;
  }
}

async function refuseCarried(secret: string, url: URL, read: ReadSecret): Promise<void> {
  const value = await read(secret);
  const texts = [url.href, decode(url.href)];
  const forms = [value, encodeURIComponent(value), new URLSearchParams([['', value]]).toString().slice(1)];
  if (texts.some((text) => forms.some((form) => text.includes(form))))
    throw new FatalError(
      `The response redirects to a host that the secret "${secret}" does not name, with its value.`,
      {
        code: 'SECRET_HOST',
      },
    );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const invalid = (message: string) => new FatalError(message, { code: 'INVALID_REQUEST' });
