// `npm run --silent secrets > .env`: fresh random secrets for docker-compose.yml. With `-- --write` it writes .env
// itself, readable by its owner only, and never overwrites it: new passwords would lock out existing databases.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const BYTES = 32;
/** Hexadecimal, because the passwords become parts of connection strings. */
const draw = () => randomBytes(BYTES).toString('hex');

const SECRETS = {
  JWT_SECRET: 'signs access tokens',
  REFRESH_TOKEN_SECRET: 'is the key for the hashes of stored refresh tokens',
  ADMIN_API_KEY: 'allows registering with a role above "user" (header X-Admin-Key); it does not authenticate',
  METRICS_TOKEN: 'gives access to /metrics of API and workers',
  MONGODB_ROOT_PASSWORD: 'is the password of the database user "root", for operators',
  MONGODB_API_PASSWORD: 'is the password of the database user "mcp_api"',
  MONGODB_WORKER_PASSWORD:
    'is the password of the database user "mcp_worker", who cannot read users, sessions and keys',
  REDIS_PASSWORD: 'is the password of the Redis user "mcp"',
};

const lines = Object.entries(SECRETS).flatMap(([name, use]) => [`# ${name} ${use}`, `${name}=${draw()}`]);
const text = `# Secrets of docker-compose.yml. Keep them out of version control.\n${lines.join('\n')}\n`;

if (process.argv.includes('--write')) {
  try {
    writeFileSync('.env', text, { mode: 0o600, flag: 'wx' });
    console.error('.env written');
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    console.error('.env exists already and was not changed: its passwords may belong to existing databases');
    process.exitCode = 1;
  }
} else {
  process.stdout.write(text);
}
