import { hideFromEnvironment } from '@mcp-server/shared';

const OWN = new Set(['SECRETS_KEY', 'SMTP_URL', 'MONGODB_URI', 'REDIS_URL', 'WORKER_METRICS_TOKEN']);

/**
 * Hides this process's secrets and the settings of its plugins from other processes of its user, such as children that a plugin
 * starts: they could read them in /proc, which only Linux has. The keys of secrets and the mail server also leave `process.env`, which children inherit. Code inside this
 * process is trusted and not kept from anything.
 * @returns false if they stay visible there.
 */
export function hideOwnSecrets(): boolean {
  const isHidden = hideFromEnvironment((name) => OWN.has(name) || name.includes('_PLUGIN_'));
  delete process.env['SECRETS_KEY'];
  delete process.env['SMTP_URL'];
  return isHidden || process.platform !== 'linux';
}
