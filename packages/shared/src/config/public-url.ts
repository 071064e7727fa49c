import { z } from 'zod';

import { settingsGroup } from './settings-group.ts';

/** True for an origin as browsers send it. */
export const isOrigin = (text: string): boolean =>
  /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** The address of the installation. An origin: pages and responses use paths from its root, so a path prefix would break them. */
export const publicUrlConfig = settingsGroup('Callers', {
  PUBLIC_URL: z
    .string()
    .transform((text) => text.replace(/\/$/, ''))
    .refine(
      isOrigin,
      'must be an origin without a path, such as https://mcp.example.com: use a host of its own',
    )
    .optional()
    .describe(
      'Origin that clients use, such as `https://mcp.example.com`, and that links in mails begin with; unset, it follows from each request',
    ),
});
