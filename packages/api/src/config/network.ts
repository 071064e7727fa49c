import { isIP } from 'node:net';

import { settingsGroup, wholeNumber } from '@mcp-server/shared';
import { z } from 'zod';

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const isOrigin = (text: string): boolean =>
  /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** Exact origins, comma separated. Patterns and `*` are refused: they would let any page use a visitor's network. */
const originList = z
  .string()
  .default('')
  .transform(list)
  .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com');

/**
 * Exact addresses of proxies, comma separated. Ranges and hop counts are refused: they would let a client that reaches
 * the API directly choose its own address.
 */
const proxyList = z
  .string()
  .default('')
  .transform(list)
  .refine((addresses) => addresses.every((address) => isIP(address) !== 0), 'must be exact IP addresses');

const DAY_MS = 86_400_000;

/** Settings that say who may call the API, from where and how often. */
export const networkConfig = settingsGroup('Callers', {
  CORS_ORIGIN: originList.describe('Origins of web pages that may call the API, comma separated'),
  TRUST_PROXY: proxyList.describe('Addresses of proxies whose `X-Forwarded-For` is trusted, comma separated'),
  RATE_LIMIT_MAX_REQUESTS: wholeNumber(1, 1_000_000_000)
    .default(1_000)
    .describe('Requests per window of one user, or of one address without a user'),
  RATE_LIMIT_WINDOW_MS: wholeNumber(1_000, DAY_MS).default(60_000).describe('Length of that window (ms)'),
  AUTH_LIMIT_FAILURES: wholeNumber(1, 1_000_000)
    .default(10)
    .describe('Wrong passwords per window for one account from one address'),
  AUTH_LIMIT_WINDOW_MS: wholeNumber(1_000, DAY_MS).default(900_000).describe('Length of that window (ms)'),
});
