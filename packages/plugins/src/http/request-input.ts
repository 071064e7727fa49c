import { SecretName } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

/** Headers that the client sets itself: a caller who sets them could smuggle a second request or another host. */
const CLIENT_HEADERS =
  /^(host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|keep-alive|proxy-.*)$/i;
const MAX_HEADERS = 100;
const MAX_TIMEOUT_MS = 120_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 20;
const MAX_BODY_BYTES = 8 * 1_048_576;
/** Fits the default result limit (256 KiB) as base64 and with escaped quotes. */
const DEFAULT_BODY_BYTES = 131_072;

const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]{1,128}$/, 'must be a header name')
  .refine((name) => !CLIENT_HEADERS.test(name), 'is set by the client itself');
// Tab and printable characters: a line break would begin another header.
const HeaderValue = z
  .string()
  .max(8_192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be one line of Latin-1 text');
const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const MAX_SECRETS = 10;

/** Secrets by name; each must name the host of the request. */
const SecretFields = z
  .strictObject({
    headers: z.record(HeaderName, SecretName).default({}).describe('Header to name of a secret'),
    query: z
      .record(z.string().min(1).max(1_000), SecretName)
      .default({})
      .describe('Field of the query to name of a secret'),
    bearer: SecretName.optional().describe('Secret that is the token of `Authorization: Bearer`'),
    basic: z
      .strictObject({ username: z.string().max(1_000), password: SecretName })
      .optional()
      .describe('User name, and the secret that is the password of `Authorization: Basic`'),
  })
  .refine(
    ({ headers, query }) => Object.keys(headers).length + Object.keys(query).length <= MAX_SECRETS,
    `at most ${MAX_SECRETS} secrets`,
  )
  .refine(
    ({ bearer, basic }) => bearer === undefined || basic === undefined,
    'must not have both bearer and basic',
  );

const Fields = z.record(z.string().max(1_000), z.union([Scalar, z.array(Scalar).max(1_000)]));

export const RequestInput = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  url: z.string().max(8_192).describe('An http or https URL without credentials in it'),
  headers: z
    .record(HeaderName, HeaderValue)
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `at most ${MAX_HEADERS} headers`)
    .default({}),
  query: Fields.default({}).describe('Added to the query of the URL; a list repeats its name'),
  secrets: SecretFields.optional().describe(
    'Credentials that the stored secrets hold: `PUT /api/secrets/:name`',
  ),
  body: z
    .strictObject({ json: z.unknown().optional(), text: z.string().optional(), form: Fields.optional() })
    .refine((body) => Object.keys(body).length === 1, 'must have exactly one of json, text and form')
    .optional(),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).default(DEFAULT_TIMEOUT_MS),
  maxRedirects: z.int().min(0).max(MAX_REDIRECTS).default(5).describe('0 returns a redirect as the result'),
  maxBytes: z.int().min(0).max(MAX_BODY_BYTES).default(DEFAULT_BODY_BYTES),
  responseType: z
    .enum(['auto', 'json', 'text', 'base64'])
    .default('auto')
    .describe('auto uses the content type of the response'),
  failOnStatus: z
    .boolean()
    .default(false)
    .describe('Fail on a response of 400 and above instead of returning it'),
});
export type RequestInput = z.output<typeof RequestInput>;

export const RequestOutput = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** A JSON value, text or base64, as `bodyType` says. */
  body: z.unknown(),
  bodyType: z.enum(['none', 'json', 'text', 'base64']),
  url: z.string(),
  redirected: z.boolean(),
});
export type RequestOutput = z.input<typeof RequestOutput>;
