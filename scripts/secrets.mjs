// `npm run --silent secrets > .env`: new random secrets for docker-compose.yml. With `-- --write` it writes .env itself,
// readable by its owner only, and never over an existing one: existing databases have the old passwords.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const BYTES = 32;
/** Hexadecimal, because the passwords become parts of connection strings. */
const generate = () => randomBytes(BYTES).toString('hex');

const SECRETS = {
  JWT_SECRET: 'signs access tokens',
  REFRESH_TOKEN_SECRET: 'is the key of the hashes of refresh tokens',
  ADMIN_API_KEY: 'is the X-Admin-Key with which the first admin registers',
  METRICS_TOKEN: 'is the token for /metrics of API and workers',
  MONGODB_ROOT_PASSWORD: 'belongs to the MongoDB user "root", for operators',
  MONGODB_API_PASSWORD: 'belongs to the MongoDB user "mcp_api"',
  MONGODB_WORKER_PASSWORD:
    'belongs to the MongoDB user "mcp_worker", which cannot read users, sessions and keys',
  REDIS_PASSWORD: 'belongs to the Redis users "mcp" and "default"',
};

const lines = Object.entries(SECRETS).flatMap(([name, use]) => [`# ${name} ${use}`, `${name}=${generate()}`]);
const text = `# Secrets for docker-compose.yml. Keep them out of version control.\n${lines.join('\n')}\n`;

if (process.argv.includes('--write')) {
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
