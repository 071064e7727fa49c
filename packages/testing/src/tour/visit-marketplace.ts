import type { PackageRegistry } from '../registry/package-registry.ts';
import { pluginPackage, publishZod } from '../registry/plugin-packages.ts';
import { waitFor } from '../wait-for.ts';
import type { Tokens } from './visit-accounts.ts';
import type { Visitor } from './visitor.ts';

const NAME = '@acme/greeter';
const PLUGINS = '/api/marketplace/plugins';
const ONE = `${PLUGINS}/${encodeURIComponent(NAME)}`;
const ROUTE = `${PLUGINS}/{id}`;

interface InstalledPackage {
  state: string;
  workers: { state: string; version: string }[];
}

/** A package is found, installed, run, pinned, upgraded, rolled back and removed, while the worker goes on. */
export async function visitMarketplace(
  visitor: Visitor,
  { admin, user }: Tokens,
  registry: PackageRegistry,
): Promise<void> {
  await publishZod(registry);
  const publish = (version: string) => pluginPackage(registry, { name: NAME, version, id: 'greeter' });
  const change = (status: number, action: string) =>
    visitor.call(status, 'POST', `${ONE}/${action}`, { token: admin, route: `${ROUTE}/${action}` });
  const greetedFrom = async (version: string) => {
    await waitFor(`${NAME} ${version} on the worker`, async () => {
      const { body } = await visitor.call(200, 'GET', ONE, { token: admin, route: ROUTE });
      const { workers } = body as unknown as InstalledPackage;
      return workers.length > 0 && workers.every((one) => one.state === 'ready' && one.version === version);
    });
    // The worker publishes its actions after it has loaded them.
    await waitFor(`${NAME} ${version} in the catalogue`, async () => {
      const { body } = await visitor.call(200, 'GET', '/api/plugins', { token: user });
      const plugins = body['items'] as { id: string; version: string }[];
      return plugins.some((one) => one.id === 'greeter' && one.version === version);
    });
    const run = await visitor.call(200, 'POST', '/mcp/execute', {
      token: user,
      body: { plugin: 'greeter', action: 'greet', payload: { name: 'Ada' } },
    });
    visitor.expect(`${version} of ${NAME}`, run.text.includes(`Hello, Ada, from ${version}`));
  };

  await publish('1.0.0');
  const found = await visitor.call(200, 'GET', '/api/marketplace?q=greeter', { token: admin });
  visitor.expect('GET /api/marketplace', found.text.includes(NAME));
  await visitor.call(403, 'POST', PLUGINS, { token: user, body: { package: NAME } });
  await visitor.call(202, 'POST', PLUGINS, { token: admin, body: { package: NAME } });
  await greetedFrom('1.0.0');

  await publish('1.1.0');
  await change(200, 'pin');
  await change(409, 'upgrade');
  await change(200, 'unpin');
  await change(202, 'upgrade');
  await greetedFrom('1.1.0');
  await change(202, 'rollback');
  await greetedFrom('1.0.0');

  await visitor.call(202, 'DELETE', ONE, { token: admin, route: ROUTE });
  const listed = await visitor.call(200, 'GET', PLUGINS, { token: admin });
  visitor.expect(`GET ${PLUGINS}`, listed.text.includes('"state":"removed"'));
}
