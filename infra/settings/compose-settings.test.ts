import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

import { loadApiEnv } from '@mcp-server/api';
import { loadConfig } from '@mcp-server/shared';
import { WorkerEnv } from '@mcp-server/worker';
import t from 'tap';

import { freshSecrets } from '../compose/fresh-secrets.ts';
import { type ComposeFile, resolveCompose } from '../compose/resolve-compose.ts';
import { containerSettings } from './container-settings.ts';
import { listSettings } from './settings.ts';

const COMPOSE_FILE = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));
const EXAMPLE = new URL('../../.env.example', import.meta.url);

/** Settings that containers do not get under their own name, and why. */
const EXCEPTIONS: Record<string, string> = {
  HOST: 'the API listens on every address of its container; nginx alone is published',
  PORT: 'nginx expects the API on 3000; it is the published port unless PUBLISH_HTTP is set',
  NODE_ENV: 'the images are for production',
  DATA_DIR: 'the secrets come from .env, and the root file system is read-only',
  TRUST_PROXY: 'the address of nginx',
  LOG_DIR: 'the container engine keeps the logs',
  LOG_KEEP_FILES: 'the container engine keeps the logs',
  EXIT_WITH_PARENT: 'a container has no parent',
  WORKER_HOST: 'Prometheus reads it from another container',
  WORKER_PORT: 'Prometheus expects it on 9464',
  WORKER_METRICS_TOKEN: 'Prometheus sends one token, METRICS_TOKEN',
  PLUGINS_DIR: 'the folder is mounted at /plugins',
  MARKETPLACE_DIR: 'the volume is mounted at /app/marketplace',
};

const secrets = freshSecrets();
const settings = (await listSettings()).filter(({ readBy }) => readBy !== 'docker compose');
const passed = settings.filter(({ name }) => !(name in EXCEPTIONS));
const environmentOf = ({ services }: ComposeFile, name: string) => services[name]?.environment ?? {};
const isReadBy = (readBy: string, service: string) =>
  service === 'api' ? readBy.includes('API') : readBy.includes('worker');

t.test('every setting of .env arrives at the services that have it, and at no other', async (t) => {
  const probes = Object.fromEntries(passed.map(({ name }) => [name, `probe-of-${name.toLowerCase()}`]));

  // The grace periods are sums with these two, so they must be numbers.
  const settings: Record<string, string | undefined> = {
    ...secrets,
    ...probes,
    DRAIN_DELAY_MS: '1',
    WORKER_GRACE_MS: '100',
  };
  const resolved = await resolveCompose(settings);

  for (const service of ['api', 'worker']) {
    const environment = environmentOf(resolved, service);
    for (const { name, readBy } of passed) {
      t.equal(
        environment[name],
        isReadBy(readBy, service) ? settings[name] : undefined,
        `${name} in ${service}`,
      );
    }
  }
  t.equal(
    environmentOf(resolved, 'redis')['REDIS_PREFIX'],
    settings['REDIS_PREFIX'],
    'its ACL names the prefix',
  );
});

t.test('a service gets nothing but its settings', async (t) => {
  const resolved = await resolveCompose(secrets);
  for (const service of ['api', 'worker']) {
    const own = settings.filter(({ readBy }) => isReadBy(readBy, service));
    const ownNames = new Set(own.map(({ name }) => name));
    for (const name of Object.keys(environmentOf(resolved, service))) t.ok(ownNames.has(name), name);
  }
});

t.test('every exception is a setting', async (t) => {
  for (const name of Object.keys(EXCEPTIONS)) {
    t.ok(
      settings.some((setting) => setting.name === name),
      name,
    );
  }
});

t.test('without .env the services have the defaults, and .env.example changes nothing', async (t) => {
  const example = parseEnv(readFileSync(EXAMPLE, 'utf8'));
  const plain = await resolveCompose(secrets);
  const copied = await resolveCompose({ ...example, ...secrets });
  // The images set these.
  const image = { NODE_ENV: 'production', HOST: '0.0.0.0' };

  for (const resolved of [plain, copied]) {
    const api = loadApiEnv({ ...environmentOf(resolved, 'api'), ...image });
    const worker = loadConfig(WorkerEnv, environmentOf(resolved, 'worker'));
    for (const { name, readBy, default: value } of passed) {
      if (value === '' || name === 'MONGODB_URI' || name === 'REDIS_URL') continue;
      const config: Record<string, unknown> = isReadBy(readBy, 'api') ? api : worker;
      if (name in config) t.equal(String(config[name]), value, name);
    }
  }
  const withoutEnvironment = ({ services, networks }: ComposeFile) => ({
    networks,
    services: Object.entries(services).map(([name, service]) => [
      name,
      { ...service, environment: undefined },
    ]),
  });
  t.strictSame(withoutEnvironment(copied), withoutEnvironment(plain));
});

t.test('docker-compose.yml reads no variable that is not documented', async (t) => {
  const text = readFileSync(COMPOSE_FILE, 'utf8').replaceAll('$$', '');
  const names = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name);
  const documented = new Set([...settings, ...containerSettings].map(({ name }) => name));

  for (const name of new Set(names)) t.ok(documented.has(name), name);
  for (const { name } of containerSettings) t.ok(names.includes(name), `${name} is used`);
});

t.test('.env beside docker-compose.yml takes effect', async (t) => {
  const folder = t.testdir({});
  cpSync(COMPOSE_FILE, join(folder, 'docker-compose.yml'));
  const lines = Object.entries({
    ...secrets,
    RATE_LIMIT_MAX_REQUESTS: '50',
    CORS_ORIGIN: 'https://app.example.com',
    REDIS_URL: 'redis://redis.example.com:6379',
    PORT: '3100',
  }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));

  const resolved = await resolveCompose({}, folder);

  t.match(environmentOf(resolved, 'api'), {
    JWT_SECRET: secrets['JWT_SECRET'],
    REFRESH_TOKEN_SECRET: secrets['REFRESH_TOKEN_SECRET'],
    ADMIN_API_KEY: secrets['ADMIN_API_KEY'],
    RATE_LIMIT_MAX_REQUESTS: '50',
    CORS_ORIGIN: 'https://app.example.com',
    REDIS_URL: 'redis://redis.example.com:6379',
  });
  t.equal(environmentOf(resolved, 'worker')['REDIS_URL'], 'redis://redis.example.com:6379');
  t.match(resolved.services['nginx']?.ports, [{ published: '3100' }, { published: '8443' }]);
});
