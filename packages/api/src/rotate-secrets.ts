import {
  buildModels,
  createMongo,
  loadConfig,
  loadEnvFile,
  reportStartFailure,
  rotateSecrets,
  secretsConfig,
  StartRefusal,
  storesConfig,
} from '@mcp-server/shared';
import { z } from 'zod';

const Env = z.object({
  MONGODB_URI: storesConfig.MONGODB_URI,
  SECRETS_KEY: secretsConfig.SECRETS_KEY.unwrap(),
});
const TIMEOUT_MS = 15_000;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** `npm run secrets -- rotate`: wraps every stored secret with the first key of `SECRETS_KEY`. Can be repeated. */
async function main(): Promise<void> {
  loadEnvFile();
  const { MONGODB_URI: uri, SECRETS_KEY: keys } = loadConfig(Env, process.env);
  const mongo = createMongo({
    uri,
    maxPoolSize: 2,
    serverSelectionTimeoutMs: TIMEOUT_MS,
    socketTimeoutMs: TIMEOUT_MS,
  });
  try {
    const { rewrapped, failed } = await rotateSecrets(buildModels(mongo.connection).SecretModel, keys).catch(
      (cause: unknown) => {
        // Set by the first contact.
        if (mongo.connection.db) throw cause;
        throw new StartRefusal('MONGODB_URI: the database does not answer; nothing was changed.', { cause });
      },
    );
    print(`${rewrapped} secrets now have the first key, ${failed.length} could not be read.`);
    for (const { id, reason } of failed) print(`${id}: ${reason}`);
    if (failed.length === 0) print('No secret needs the other keys: remove them from SECRETS_KEY.');
    else process.exitCode = 1;
  } finally {
    await mongo.close();
  }
}

main().catch((error: unknown) => {
  process.exit(reportStartFailure('secrets', error));
});
