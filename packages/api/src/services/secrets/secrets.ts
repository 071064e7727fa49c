import {
  countSecrets,
  deleteSecret,
  errors,
  findSecret,
  GLOBAL_OWNER,
  lacks,
  listSecretsFor,
  type Models,
  openSecret,
  sealSecret,
  type SecretInput,
  type SecretKeys,
  type SecretRecord,
  type SecretScope,
  storeSecret,
} from '@mcp-server/shared';

import { type AuditCaller, type AuditDeps, audited } from '../audit/audit.ts';
import type { Principal } from '../principal.ts';

/** Secrets that one user may have, and that may be global. They are listed on one page. */
const MAX_SECRETS = 200;

/** Each try means that another request has stored a version in between. */
const MAX_TRIES = 50;

interface SecretsDeps extends AuditDeps {
  models: Models;
  config: AuditDeps['config'] & { SECRETS_KEY?: SecretKeys | undefined };
}

/** @throws {errors.SecretsOff} */
function keysOf({ config: { SECRETS_KEY } }: SecretsDeps): SecretKeys {
  if (!SECRETS_KEY) throw new errors.SecretsOff();
  return SECRETS_KEY;
}

/** @throws {errors.Forbidden} for global secrets, unless the caller is an admin */
function ownerOf({ userId, role }: Principal, scope: SecretScope): string {
  if (scope === 'own') return userId;
  if (role !== 'admin') throw new errors.Forbidden('global secrets require the role "admin"');
  return GLOBAL_OWNER;
}

/** Secrets that the caller's executions can see, without their values. @throws {errors.SecretsOff} */
export async function listSecrets(deps: SecretsDeps, { userId }: Principal): Promise<SecretRecord[]> {
  keysOf(deps);
  return listSecretsFor(deps.models.SecretModel, userId);
}

/**
 * Creates a secret or replaces it as a whole; without a value the stored one is encrypted again for the new hosts and plugins.
 * @throws {errors.SecretsOff} {errors.Forbidden} {errors.InvalidRequest} {errors.TooManySecrets}
 * {errors.SecretUnreadable} {errors.Busy}
 */
export async function putSecret(
  deps: SecretsDeps,
  caller: AuditCaller,
  { name, input }: { name: string; input: SecretInput },
): Promise<SecretRecord> {
  const keys = keysOf(deps);
  const owner = ownerOf(caller.principal, input.scope);
  const { hosts, plugins } = input;
  const details = { scope: input.scope, hosts, plugins, isNewValue: input.value !== undefined };
  return audited(deps, caller, { action: 'secret.put', target: name, details }, async (note) => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const stored = await findSecret(deps.models.SecretModel, { owner, name });
      if (!stored) await requireRoom(deps, owner);
      if (stored && !hasNextVersion(stored)) throw new errors.SecretUnreadable();
      const identity = {
        owner,
        name,
        version: (stored?.version ?? 0) + 1,
        hosts: [...new Set(hosts)],
        plugins,
      };
      const sealed = sealSecret(keys, identity, input.value ?? valueOf(keys, stored));
      // Otherwise another request came first, and this one replaces what that one stored.
      if (!(await storeSecret(deps.models.SecretModel, { ...identity, ...sealed }))) continue;
      note({ version: identity.version });
      const now = new Date();
      return { _id: '', ...identity, ...sealed, createdAt: stored?.createdAt ?? now, updatedAt: now };
    }
    throw new errors.Busy('changes of this secret');
  });
}

/** Without a readable version the next one is unknown. */
const hasNextVersion = (stored: SecretRecord): boolean =>
  !lacks(stored, 'version') && Number.isSafeInteger(stored.version + 1);

async function requireRoom({ models }: SecretsDeps, owner: string): Promise<void> {
  const count = await countSecrets(models.SecretModel, owner);
  if (count >= MAX_SECRETS) throw new errors.TooManySecrets(count);
}

function valueOf(keys: SecretKeys, stored: SecretRecord | undefined): string {
  if (!stored)
    throw Object.assign(new errors.InvalidRequest(), {
      pointers: [{ pointer: '/value', detail: 'a new secret needs a value' }],
    });
  try {
    return openSecret(keys, stored);
  } catch (cause) {
    throw new errors.SecretUnreadable({ cause });
  }
}

/** Deletes a secret. Attempts that have read it keep what they read. @throws {errors.SecretsOff} {errors.Forbidden} {errors.NotFound} */
export async function removeSecret(
  deps: SecretsDeps,
  caller: AuditCaller,
  { name, scope }: { name: string; scope: SecretScope },
): Promise<void> {
  keysOf(deps);
  const owner = ownerOf(caller.principal, scope);
  await audited(deps, caller, { action: 'secret.delete', target: name, details: { scope } }, async () => {
    if (!(await deleteSecret(deps.models.SecretModel, { owner, name }))) throw new errors.NotFound('secret');
  });
}
