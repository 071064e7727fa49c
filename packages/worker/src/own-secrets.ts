import { KnownSecrets } from '@mcp-server/plugin-sdk/masking';

import type { WorkerConfig } from './config.ts';

/** The secrets of this process itself: its token and keys, and the passwords in the addresses of its stores and mail server. */
export function ownSecrets(
  config: Pick<WorkerConfig, 'MONGODB_URI' | 'REDIS_URL' | 'WORKER_METRICS_TOKEN' | 'SMTP_URL'>,
  secretsKey = '',
): KnownSecrets {
  const secrets = new KnownSecrets();
  for (const address of [config.MONGODB_URI, config.REDIS_URL, config.SMTP_URL ?? '']) {
    const password = passwordIn(address);
    secrets.add(password);
    secrets.add(decode(password));
  }
  if (config.WORKER_METRICS_TOKEN !== undefined) secrets.add(config.WORKER_METRICS_TOKEN);
  for (const key of secretsKey.split(',')) secrets.add(key);
  return secrets;
}

/** Password of an address as written there. A list of hosts is not a URL, so it is not parsed as one. */
function passwordIn(address: string): string {
  const authority = /^[^:/?#]+:\/\/(?<authority>[^/?#]*)/.exec(address)?.groups?.['authority'] ?? '';
  const user = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  return user.includes(':') ? user.slice(user.indexOf(':') + 1) : '';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
