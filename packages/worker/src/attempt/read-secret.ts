import { FatalError, RetryableError } from '@mcp-server/plugin-sdk';
import type { AttemptHost } from '@mcp-server/plugin-sdk/attempt';
import type { KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import {
  findSecretFor,
  isDatabaseAway,
  MissingSecretKey,
  openSecret,
  type SecretRecord,
} from '@mcp-server/shared';

import { untilAnswered } from '../delivery/until-answered.ts';
import type { Deps } from '../deps.ts';
import type { Run } from './runs.ts';

type ReadSecretDeps = Pick<Deps, 'config' | 'models' | 'pluginPackages' | 'readSecrets' | 'log'>;

/**
 * Reads secrets for a run: the owner's own one, or else the global one, if it grants the plugin. An own secret hides a global
 * one of the same name also where it does not grant the plugin, so that nothing is sent under another identity by mistake.
 */
export function buildReadSecret(
  deps: ReadSecretDeps,
  { execution, controller }: Pick<Run, 'execution' | 'controller'>,
  secrets: KnownSecrets,
): NonNullable<AttemptHost['readSecret']> {
  const { _id: executionId, ownerId: userId, plugin } = execution;
  return async (name) => {
    const secret = await find(deps, { userId, name, signal: controller.signal });
    if (!secret)
      throw new FatalError(`There is no secret "${name}" for this execution.`, { code: 'SECRET_UNKNOWN' });
    if (!grants(secret, plugin, deps.pluginPackages.get(plugin)))
      throw new FatalError(`The secret "${name}" does not grant the plugin "${plugin}".`, {
        code: 'SECRET_NOT_GRANTED',
      });
    const value = open(deps, secret);
    // Before anything else can use it.
    secrets.add(value);
    deps.readSecrets.add(value);
    const { version, owner } = secret;
    const scope = owner === userId ? 'own' : 'global';
    deps.log.info({ executionId, plugin, secretName: name, scope, version }, 'secret read');
    return { value, hosts: secret.hosts };
  };
}

interface Wanted {
  userId: string;
  name: string;
  signal: AbortSignal;
}

/** Waits out an outage of the database. */
async function find(
  { models }: ReadSecretDeps,
  { signal, ...wanted }: Wanted,
): Promise<SecretRecord | undefined> {
  try {
    return await untilAnswered(signal, () => findSecretFor(models.SecretModel, wanted));
  } catch (cause) {
    if (signal.aborted || isDatabaseAway(cause)) throw cause;
    // The message of the database would be stored with the execution.
    throw new RetryableError(
      `The secret "${wanted.name}" cannot be read by this worker; its database user may lack the right.`,
      { code: 'SECRETS_OFF', cause },
    );
  }
}

function grants({ plugins }: SecretRecord, plugin: string, from: string | undefined): boolean {
  return plugins.some((grant) => grant.plugin === plugin && grant.package === from);
}

function open({ config }: ReadSecretDeps, secret: SecretRecord): string {
  const { name } = secret;
  if (!config.SECRETS_KEY)
    throw new RetryableError(`The secret "${name}" cannot be read: this worker has no SECRETS_KEY.`, {
      code: 'SECRETS_OFF',
    });
  try {
    return openSecret(config.SECRETS_KEY, secret);
  } catch (cause) {
    // Another worker may have the key.
    if (cause instanceof MissingSecretKey)
      throw new RetryableError(`The secret "${name}" cannot be read: this worker lacks its key.`, {
        code: 'SECRETS_OFF',
      });
    throw new FatalError(`The secret "${name}" cannot be read: it was changed outside the API.`, {
      code: 'SECRET_UNREADABLE',
    });
  }
}
