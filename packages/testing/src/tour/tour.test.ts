import { readFile } from 'node:fs/promises';

import { startForTest } from '@mcp-server/local/start-for-test';
import tap from 'tap';

import { startRegistry } from '../registry/package-registry.ts';
import { visitAccounts, visitKeys, visitUsers } from './visit-accounts.ts';
import { visitMarketplace } from './visit-marketplace.ts';
import { visitMcp } from './visit-mcp.ts';
import { visitSecrets } from './visit-secrets.ts';
import { visitEvents, visitPages, visitPauses } from './visit-watching.ts';
import { visitExecutions, visitInput, visitTasks } from './visit-work.ts';
import { Visitor } from './visitor.ts';

const OPENAPI = new URL('../../../../docs/openapi.json', import.meta.url);

/** Every `METHOD /path` of the committed OpenAPI document. */
async function documentedRoutes(): Promise<string[]> {
  const { paths } = JSON.parse(await readFile(OPENAPI, 'utf8')) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

tap.test(
  'every documented route of npm start answers curl and a socket as documented',
  { timeout: 200_000 },
  async (t) => {
    const registry = await startRegistry(t);
    const { url } = await startForTest(t, { MARKETPLACE_REGISTRY: registry.url });
    const lines: string[] = [];
    const visitor = new Visitor(url, (line) => lines.push(line));

    const tokens = await visitAccounts(visitor);
    await visitKeys(visitor, tokens);
    await visitSecrets(visitor, tokens);
    await visitTasks(visitor, tokens);
    const endedId = await visitExecutions(visitor, tokens);
    await visitInput(visitor, tokens);
    await visitMcp(visitor, tokens);
    await visitMarketplace(visitor, tokens, registry);
    await visitPages(visitor, tokens);
    await visitPauses(visitor, tokens);
    await visitEvents(visitor, url, tokens, endedId);
    await visitUsers(visitor, tokens);

    for (const line of lines) t.comment(line);
    t.same(visitor.surprises, []);
    const missing = (await documentedRoutes()).filter((route) => !visitor.visited.has(route));
    t.same(missing, [], 'every documented route was called');
  },
);
