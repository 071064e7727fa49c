import { readFileSync } from 'node:fs';

import t from 'tap';

import { freshSecrets } from './fresh-secrets.ts';
import { resolveCompose } from './resolve-compose.ts';

/** Time to close, for the API after DRAIN_DELAY_MS (packages/api/src/main.ts), for a worker after its grace period. */
const API_CLOSE_MS = 8_000;
const WORKER_CLOSE_MS = 2_000;
const DOCKERFILE = readFileSync(new URL('../docker/Dockerfile', import.meta.url), 'utf8');

const secrets = freshSecrets();
const compose = await resolveCompose(secrets);
const services = Object.entries(compose.services);

function serviceOf(name: string, { services } = compose) {
  const service = services[name];
  if (!service) throw new Error(`no service ${name}`);
  return service;
}
const networksOf = (name: string) => Object.keys(serviceOf(name).networks).toSorted();
const environmentOf = (name: string, resolved = compose) => serviceOf(name, resolved).environment ?? {};

/** An .env of an earlier release lacks it: then there are no secrets of users. */
const OPTIONAL = 'SECRETS_KEY';

/** `1m5s` in milliseconds. */
function graceMs(name: string, resolved = compose): number {
  const [, minutes = 0, seconds = 0] =
    /^(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(String(serviceOf(name, resolved)['stop_grace_period'])) ?? [];
  return (Number(minutes) * 60 + Number(seconds)) * 1_000;
}

t.test('a missing secret is named, and `npm run secrets` generates every one', async (t) => {
  for (const name of Object.keys(secrets)) {
    if (name === OPTIONAL) continue;
    await t.rejects(
      resolveCompose({ ...secrets, [name]: '' }),
      new RegExp(`${name}[^\\n]*run npm run secrets`),
      name,
    );
    t.match(secrets[name], /^[0-9a-f]{64}$/);
  }
  await t.resolves(resolveCompose({ ...secrets, [OPTIONAL]: '' }));
  t.match(secrets[OPTIONAL], /^[0-9a-f]{64}$/);
  t.not(freshSecrets()['JWT_SECRET'], secrets['JWT_SECRET'], 'fresh at every run');
  t.equal(new Set(Object.values(secrets)).size, Object.keys(secrets).length, 'all different');
});

t.test('only nginx is published, on port 3000, and it reaches neither database nor Redis', async (t) => {
  t.strictSame(
    services.filter(([, service]) => service.ports).map(([name]) => name),
    ['nginx'],
  );
  t.match(serviceOf('nginx').ports, [
    { target: 8_080, published: '3000' },
    { target: 8_443, published: '8443' },
  ]);
  t.strictSame(networksOf('nginx'), ['edge']);
  t.strictSame(networksOf('api'), ['backend', 'edge']);
  t.strictSame(networksOf('worker'), ['backend', 'outbound']);
  for (const store of ['mongodb', 'redis']) t.strictSame(networksOf(store), ['backend']);
  t.equal(compose.networks['backend']?.internal, true);
});

t.test('every container is hardened, limited, restarted and watched', async (t) => {
  for (const [name, service] of services) {
    t.match(service, {
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      pids_limit: Number,
      mem_limit: /^\d+$/,
      stop_grace_period: String,
      logging: { options: { 'max-size': String, 'max-file': String } },
    });
    t.notOk(
      service['privileged'] ?? service['cap_add'] ?? service['network_mode'],
      `${name} gets nothing back`,
    );
    const isBuilt = service.build !== undefined;
    t.ok(isBuilt ? /^HEALTHCHECK/m.test(DOCKERFILE) : service['healthcheck'], `${name} has a health check`);
    if (!isBuilt) t.match(service['user'], /^[1-9]\d*:/, `${name} is not root`);
    if (!isBuilt) t.match(service.image, /:v?\d/, `${name} has a tag`);
    t.notMatch(service.image, /:latest$/);
  }
});

t.test('images are built on the base image of the Dockerfile unless NODE_IMAGE is set', async (t) => {
  const [, image = ''] = /^ARG NODE_IMAGE=(\S+)$/m.exec(DOCKERFILE) ?? [];
  const pinned = await resolveCompose({ ...secrets, NODE_IMAGE: `${image}@sha256:1` });

  for (const name of ['api', 'worker']) {
    t.equal(serviceOf(name).build?.args['NODE_IMAGE'], image);
    t.equal(serviceOf(name, pinned).build?.args['NODE_IMAGE'], `${image}@sha256:1`);
  }
});

t.test('a stop waits longer than API and worker need for a clean end, with any settings', async (t) => {
  t.ok(graceMs('api') > 2_000 + API_CLOSE_MS);
  t.ok(graceMs('worker') > 20_000 + WORKER_CLOSE_MS);
  const patient = await resolveCompose({ ...secrets, DRAIN_DELAY_MS: '60000', WORKER_GRACE_MS: '600000' });
  t.ok(graceMs('api', patient) > 60_000 + API_CLOSE_MS);
  t.ok(graceMs('worker', patient) > 600_000 + WORKER_CLOSE_MS);
});

t.test('each process gets its own database user and only the secrets it needs', async (t) => {
  t.match(environmentOf('api')['MONGODB_URI'], `mcp_api:${secrets['MONGODB_API_PASSWORD']}@`);
  t.match(environmentOf('worker')['MONGODB_URI'], `mcp_worker:${secrets['MONGODB_WORKER_PASSWORD']}@`);
  const worker = JSON.stringify(environmentOf('worker'));
  for (const name of [
    'JWT_SECRET',
    'REFRESH_TOKEN_SECRET',
    'ADMIN_API_KEY',
    'MONGODB_ROOT_PASSWORD',
    'MONGODB_API_PASSWORD',
  ]) {
    t.notMatch(worker, secrets[name] ?? name);
  }
});

t.test('plugins are a folder that workers mount read-only', async (t) => {
  const elsewhere = await resolveCompose({ ...secrets, PLUGINS_DIR: '/srv/our-plugins' });
  const mount = { type: 'bind', target: '/plugins', read_only: true };

  t.match(serviceOf('worker').volumes, [{ ...mount, source: /\/plugins$/ }]);
  t.match(serviceOf('worker', elsewhere).volumes, [{ ...mount, source: '/srv/our-plugins' }]);
  t.equal(environmentOf('worker', elsewhere)['PLUGINS_DIR'], '/plugins');
});

t.test('the shells of the quick start are in their containers, with credentials', async (t) => {
  const page = readFileSync(new URL('../../docs/quick-start.md', import.meta.url), 'utf8');
  const shells = [...page.matchAll(/^docker exec -it (\S+) (\S+)$/gm)].map(([, ...words]) => words);

  t.strictSame(shells, [
    ['mcp-mongodb', 'mongosh'],
    ['mcp-redis', 'redis-cli'],
  ]);
  for (const [container, shell = ''] of shells) {
    const service = services.find(([, { container_name: name }]) => name === container)?.[1];
    t.match(JSON.stringify(service?.['healthcheck']), shell, 'the health check uses the same program');
  }
  t.match(serviceOf('mongodb').volumes, [
    { target: '/data/db' },
    { target: '/data/configdb' },
    { target: '/docker-entrypoint-initdb.d/create-users.js' },
    { source: /infra\/mongodb\/mongoshrc\.js$/, target: '/data/db/.mongoshrc.js', read_only: true },
  ]);
  t.match(environmentOf('mongodb'), {
    HOME: '/data/db',
    MONGO_INITDB_ROOT_USERNAME: 'root',
    MONGO_INITDB_ROOT_PASSWORD: secrets['MONGODB_ROOT_PASSWORD'],
  });
  t.equal(environmentOf('redis')['REDISCLI_AUTH'], secrets['REDIS_PASSWORD']);
});

t.test('operators find the databases by the names in the guide', async (t) => {
  t.equal(serviceOf('mongodb')['container_name'], 'mcp-mongodb');
  t.equal(serviceOf('redis')['container_name'], 'mcp-redis');
  t.equal(serviceOf('worker')['container_name'], undefined, 'a named container cannot be scaled');
});
