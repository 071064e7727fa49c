import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

import { Ajv } from 'ajv';
import t from 'tap';

import { interpolate, readCompose, requiredVariables } from './compose-file.ts';
import { freshSecrets } from './fresh-secrets.ts';

/** The compose specification's own schema, as the linter dclint ships it. */
const SCHEMA = fileURLToPath(import.meta.resolve('dclint/package.json')).replace(
  /package\.json$/,
  'schemas/compose.schema.json',
);
/** What the API may take after DRAIN_DELAY_MS (packages/api/src/main.ts), and a worker after its grace. */
const API_CLOSE_MS = 8_000;
const WORKER_CLOSE_MS = 2_000;

const secrets = freshSecrets();
const compose = readCompose(secrets);
const services = Object.entries(compose.services);
const settings = parseEnv(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8'));

const serviceOf = (name: string) => {
  const service = compose.services[name];
  if (!service) throw new Error(`no service ${name}`);
  return service;
};
const networksOf = (name: string) => {
  const { networks = [] } = serviceOf(name);
  return (Array.isArray(networks) ? networks : Object.keys(networks)).toSorted();
};
const environmentOf = (name: string) => serviceOf(name)['environment'] as Record<string, string>;
const graceMs = (name: string) =>
  Number(String(serviceOf(name)['stop_grace_period']).replace(/s$/, '')) * 1_000;

t.test('the file fits the schema of the compose specification', async (t) => {
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { $schema?: string };
  // The draft it names is older than what ajv knows by itself; it uses nothing that changed between them.
  delete schema.$schema;
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { duration: true } });
  const validate = ajv.compile(schema);

  t.ok(validate(compose), JSON.stringify(validate.errors));
  t.notOk(validate({ services: { api: { imagee: 'x' } } }), 'the schema refuses what is wrong');
});

t.test('a missing secret is named, and `npm run secrets` gives every one', async (t) => {
  const required = requiredVariables();

  t.strictSame(Object.keys(secrets).toSorted(), required);
  for (const name of required) {
    t.throws(() => readCompose({ ...secrets, [name]: '' }), new RegExp(`${name}: run npm run secrets`));
    t.match(secrets[name], /^[0-9a-f]{64}$/);
  }
  t.not(freshSecrets()['JWT_SECRET'], secrets['JWT_SECRET'], 'fresh at every run');
  t.equal(new Set(Object.values(secrets)).size, required.length, 'no two alike');
  t.equal(interpolate('$$HOME ${A:-b} ${C}', { C: 'd' }), '$HOME b d');
});

t.test('only nginx is published, and it reaches neither database nor Redis', async (t) => {
  t.strictSame(
    services.filter(([, service]) => service.ports).map(([name]) => name),
    ['nginx'],
  );
  t.strictSame(networksOf('nginx'), ['edge']);
  t.strictSame(networksOf('api'), ['backend', 'edge']);
  t.strictSame(networksOf('worker'), ['backend', 'outbound']);
  for (const store of ['mongodb', 'redis']) t.strictSame(networksOf(store), ['backend']);
  t.equal(compose.networks['backend']?.internal, true);
});

t.test('every container is hardened, limited, restarted and watched', async (t) => {
  const images = readFileSync(new URL('../docker/Dockerfile', import.meta.url), 'utf8');
  for (const [name, service] of services) {
    t.match(service, {
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      pids_limit: Number,
      mem_limit: /^\d+[mg]$/,
      stop_grace_period: /^\d+s$/,
      logging: { options: { 'max-size': String, 'max-file': String } },
    });
    t.notOk(
      service['privileged'] ?? service['cap_add'] ?? service['network_mode'],
      `${name} gets nothing back`,
    );
    const isBuilt = service['build'] !== undefined;
    t.ok(isBuilt ? /^HEALTHCHECK/m.test(images) : service['healthcheck'], `${name} has a health check`);
    if (!isBuilt) t.match(service['user'], /^[1-9]\d*:/, `${name} is not root`);
    if (!isBuilt) t.match(service.image, /:v?\d/, `${name} has a tag`);
    t.notMatch(service.image, /:latest$/);
  }
});

t.test('a stop waits longer than API and worker need to end in order', async (t) => {
  const drainMs = Number(environmentOf('api')['DRAIN_DELAY_MS'] ?? settings['DRAIN_DELAY_MS']);
  const workerMs = Number(environmentOf('worker')['WORKER_GRACE_MS']);

  t.ok(graceMs('api') > drainMs + API_CLOSE_MS);
  t.ok(graceMs('worker') > workerMs + WORKER_CLOSE_MS);
  t.equal(workerMs, Number(settings['WORKER_GRACE_MS']));
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
  for (const name of ['api', 'worker']) {
    for (const setting of Object.keys(environmentOf(name)))
      t.ok(setting in settings, `${setting} is a setting`);
  }
});

t.test('operators find the databases by the names in the guide', async (t) => {
  t.equal(serviceOf('mongodb')['container_name'], 'mcp-mongodb');
  t.equal(serviceOf('redis')['container_name'], 'mcp-redis');
  t.equal(serviceOf('worker')['container_name'], undefined, 'a named container cannot be scaled');
});
