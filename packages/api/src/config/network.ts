import { isIP } from 'node:net';

import { isOrigin, publicUrlConfig, settingsGroup, wholeNumber } from '@mcp-server/shared';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Exact origins, comma separated. Patterns and `*` are refused: they would let any page use a visitor's network. */
const originList = z
  .string()
  .default('')
  .transform(list)
  .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com');

const isHost = (text: string): boolean =>
  URL.canParse(`http://${text}`) && new URL(`http://${text}`).hostname === text;

/** Host names without ports, comma separated; `.example.com` stands for all names below it. */
const hostList = z
  .string()
  .default('')
  .transform((text) => list(text.toLowerCase()))
  .refine(
    (hosts) => hosts.every((host) => isHost(host.replace(/^\./, ''))),
    'must be host names without ports, such as mcp.example.com or .example.com',
  );

/** Larger networks than this are not those of proxies. */
const MIN_PREFIX_BITS = 8;

const isNetwork = (text: string): boolean =>
  ipaddr.isValidCIDR(text) && ipaddr.parseCIDR(text)[1] >= MIN_PREFIX_BITS;

/**
 * Addresses or networks of proxies, comma separated. Hop counts are refused: they would let a client that reaches the
 * API directly choose its own address.
 */
const proxyList = z
  .string()
  .default('')
  .transform(list)
  .refine(
    (proxies) => proxies.every((proxy) => isIP(proxy) !== 0 || isNetwork(proxy)),
    'must be IP addresses, or networks of proxies such as 10.20.0.0/24',
  );

const DAY_MS = 86_400_000;

/** Settings that say who may call the API, from where and how often. */
export const networkConfig = settingsGroup('Callers', {
  CORS_ORIGIN: originList.describe('Origins of web pages that may call the API, comma separated'),
  ...publicUrlConfig,
  ALLOWED_HOSTS: hostList.describe(
    'Host names of the API besides `HOST` and that of `PUBLIC_URL`, comma separated; `.example.com` allows all names below it',
  ),
  TRUST_PROXY: proxyList.describe(
    'Addresses or networks of proxies whose `X-Forwarded-*` headers are trusted, comma separated',
  ),
  RATE_LIMIT_MAX_REQUESTS: wholeNumber(1, 1_000_000_000)
    .default(1_000)
    .describe('Requests per window of one user, or of one address without a user'),
  RATE_LIMIT_WINDOW_MS: wholeNumber(1_000, DAY_MS).default(60_000).describe('Length of that window (ms)'),
  AUTH_LIMIT_FAILURES: wholeNumber(1, 1_000_000)
    .default(10)
    .describe('Wrong passwords per window for one account from one address'),
  AUTH_LIMIT_WINDOW_MS: wholeNumber(1_000, DAY_MS).default(900_000).describe('Length of that window (ms)'),
});
