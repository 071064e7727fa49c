import { FatalError, type SecretOptions } from '../action.ts';
import { SecretName } from '../schemas/secret.ts';
import { hostOf } from '../secret-host.ts';
import type { Attempt, SecretValue } from './attempt.ts';
import { textOf } from './thrown.ts';

/**
 * `ctx.secret`: reads a secret once per attempt, so that all of an attempt sees one version, and masks its value from here on
 * in everything that leaves the attempt.
 * @throws {FatalError} `SECRET_UNKNOWN`, `SECRET_HOST` and what the host of the attempt refuses.
 */
export async function readSecret(
  attempt: Attempt,
  name: string,
  { url }: SecretOptions = {},
): Promise<string> {
  const { value, hosts } = await readOnce(attempt, name);
  if (url !== undefined && !hosts.includes(hostOf(url)))
    throw new FatalError(`The secret "${name}" may not be sent to this host: it does not name it.`, {
      code: 'SECRET_HOST',
    });
  return value;
}

function readOnce(attempt: Attempt, name: string): Promise<SecretValue> {
  const { readings } = attempt.secrets;
  // Also if there is none: that says something about the owner.
  attempt.host.noteReading?.('secret');
  const earlier = readings.get(name);
  if (earlier) return earlier;
  const reading = readFrom(attempt, name);
  readings.set(name, reading);
  // A failed reading is tried again: the database may have been away.
  reading.catch(() => readings.delete(name));
  return reading;
}

async function readFrom({ host, secrets }: Attempt, name: string): Promise<SecretValue> {
  if (!SecretName.safeParse(name).success || !host.readSecret)
    throw new FatalError(`There is no secret "${textOf(name).slice(0, 64)}" for this execution.`, {
      code: 'SECRET_UNKNOWN',
    });
  const secret = await host.readSecret(name);
  host.secrets?.add(secret.value);
  secrets.values.add(secret.value);
  return secret;
}
