import { z } from 'zod';

import { HostList } from './host-list.ts';

/** Settings of the plugin, `HTTP_PLUGIN_ALLOW` and `HTTP_PLUGIN_DENY`. A name stands for every address it resolves to. */
export const HttpSettings = z.strictObject({
  allow: HostList.describe(
    'Hosts and networks that are not public and that `http.request` may call, comma separated',
  ),
  deny: HostList.describe(
    'Hosts and networks that it may not call, comma separated; wins over `HTTP_PLUGIN_ALLOW`',
  ),
});
export type HttpSettings = z.output<typeof HttpSettings>;
