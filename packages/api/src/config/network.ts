import { isIP } from 'node:net';

import { positiveInt } from '@mcp-server/shared';
import { z } from 'zod';

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const isOrigin = (text: string): boolean =>
  /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** Exact origins, separated by commas. Patterns and `*` are refused: with them any page could use a visitor's network. */
const originList = z
  .string()
  .default('')
  .transform(list)
  .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com');

/**
 * Exact addresses of proxies, separated by commas. Ranges and hop counts are refused: with them a client that reaches
 * the API by itself can make its address up.
 */
const proxyList = z
  .string()
  .default('')
  .transform(list)
  .refine((addresses) => addresses.every((address) => isIP(address) !== 0), 'must be exact IP addresses');

const DAY_MS = 86_400_000;

/** Who may reach the API from where, and how often. */
export const networkConfig = {
  CORS_ORIGIN: originList,
  TRUST_PROXY: proxyList,
  /** Requests of one user, or of one address without a user, in each window. */
  RATE_LIMIT_MAX_REQUESTS: positiveInt(1, 1_000_000_000).default(1_000),
  RATE_LIMIT_WINDOW_MS: positiveInt(1_000, DAY_MS).default(60_000),
  /** Wrong passwords for one account from one address in each window; `services/attempts.ts` has the other limits. */
  AUTH_LIMIT_FAILURES: positiveInt(1, 1_000_000).default(10),
  AUTH_LIMIT_WINDOW_MS: positiveInt(1_000, DAY_MS).default(900_000),
};
