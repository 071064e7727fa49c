import type { Plugin } from '@mcp-server/plugin-sdk';

import type { WorkerConfig } from '../config.ts';
import { buildMailPlugin } from '../mail/mail-plugin.ts';

/** Plugins of the server itself. They are not published, so the API does not know them and no caller can run them. */
export function internalPlugins(config: WorkerConfig): [id: string, plugin: Plugin][] {
  const mail = buildMailPlugin(config);
  return mail ? [[mail.id, mail]] : [];
}

/** True for ids that no other plugin may have: the check of the SDK refuses them. */
export const isInternal = ({ id }: Pick<Plugin, 'id'>): boolean => id.startsWith('internal-');

/** The settings with the pools of internal plugins: a worker that can send mail takes it. */
export function withInternalPools(config: WorkerConfig): WorkerConfig {
  const pools = internalPlugins(config).map(([, { pool }]) => pool);
  return Object.freeze({ ...config, WORKER_POOLS: [...new Set([...config.WORKER_POOLS, ...pools])] });
}
