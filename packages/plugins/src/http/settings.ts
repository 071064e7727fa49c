import { z } from 'zod';

import { HostList } from './host-list.ts';

/** Settings of the plugin: `HTTP_PLUGIN_ALLOW` and `HTTP_PLUGIN_DENY`. */
export const HttpSettings = z.strictObject({
  /** Hosts that may be called although they are not public. Every address that a listed name resolves to is allowed. */
  allow: HostList,
  /** Public hosts that may not be called, such as this product's own address. Wins over `allow`. */
  deny: HostList,
});
export type HttpSettings = z.output<typeof HttpSettings>;
