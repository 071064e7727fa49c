import { GLOBAL_OWNER, type Secret, type SecretRecord, unreadableOf } from '@mcp-server/shared';

/** A secret as the API shows it: never its value, nor what it is encrypted with. */
export const presentSecret = (record: SecretRecord): Secret => ({
  name: record.name,
  scope: record.owner === GLOBAL_OWNER ? 'global' : 'own',
  hosts: record.hosts,
  plugins: record.plugins,
  version: record.version,
  createdAt: record.createdAt.toISOString(),
  updatedAt: record.updatedAt.toISOString(),
  ...unreadableOf(record),
});
