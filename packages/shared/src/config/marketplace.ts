import { z } from 'zod';

import { settingsGroup } from './settings-group.ts';

/** Settings of the marketplace that API and workers share. */
export const marketplaceConfig = settingsGroup('Marketplace', {
  MARKETPLACE_REGISTRY: z
    .union([z.literal('npm'), z.url({ protocol: /^https?$/, error: 'must be an http or https URL, or npm' })])
    .optional()
    .describe('Registry of plugins: a URL, or `npm` for the public one; unset, the marketplace is off'),
});
