import { z } from 'zod';

import { parseSecretHost } from '../secret-host.ts';

/** Name of a secret. */
export const SecretName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/,
    'must be 1 to 64 lower-case letters, digits, dots, dashes and underscores, with a letter or digit at both ends',
  );

/** A host to which a secret may be sent: `api.example.com`, or with a port that is not the one of http or https. */
export const SecretHost = z
  .string()
  .max(260)
  .transform((text, ctx) => {
    const host = parseSecretHost(text);
    if (host !== undefined) return host;
    ctx.addIssue('must be a host such as api.example.com or localhost:8080, without a wildcard');
    return z.NEVER;
  });
