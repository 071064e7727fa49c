// `npm run --silent secrets > .env`: new random secrets for docker-compose.yml. With `-- --write` it writes .env itself,
// readable by its owner only, and never over an existing one: existing databases have the old passwords. `-- rotate` wraps the
// stored secrets of users with the first key of SECRETS_KEY.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BYTES = 32;
/** Hexadecimal, because the passwords become parts of connection strings. */
const generate = () => randomBytes(BYTES).toString('hex');

const SECRETS = {
  JWT_SECRET: 'signs access tokens',
  REFRESH_TOKEN_SECRET: 'is the key of the hashes of refresh tokens',
  ADMIN_API_KEY: 'is the X-Admin-Key with which the first admin registers',
  SECRETS_KEY: 'encrypts the secrets that users store; without it they are lost, so keep a copy',
  METRICS_TOKEN: 'is the token for /metrics of API and workers',
  MONGODB_ROOT_PASSWORD: 'belongs to the MongoDB user "root", for operators',
  MONGODB_API_PASSWORD: 'belongs to the MongoDB user "mcp_api"',
  MONGODB_WORKER_PASSWORD:
    'belongs to the MongoDB user "mcp_worker", which cannot read users, sessions and keys',
  REDIS_PASSWORD: 'belongs to the Redis users "mcp" and "default"',
};

const lines = Object.entries(SECRETS).flatMap(([name, use]) => [`# ${name} ${use}`, `${name}=${generate()}`]);
const text = `# Secrets for docker-compose.yml. Keep them out of version control.\n${lines.join('\n')}\n`;

if (process.argv.includes('rotate')) {
  const run = fileURLToPath(new URL('run.mjs', import.meta.url));
  process.exitCode = spawnSync(process.execPath, [run, 'rotate-secrets'], { stdio: 'inherit' }).status ?? 1;
} else if (process.argv.includes('--write')) {
  try {
    writeFileSync('.env', text, { mode: 0o600, flag: 'wx' });
    console.error('.env written');
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    console.error('.env exists already, and existing databases have its passwords: nothing was written');
    process.exitCode = 1;
  }
} else {
  process.stdout.write(text);
}
