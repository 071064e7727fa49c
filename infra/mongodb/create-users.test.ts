import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import { buildModels } from '@mcp-server/shared';
import { openNamespace } from '@mcp-server/testing';
import t from 'tap';

const SCRIPT = readFileSync(new URL('create-users.js', import.meta.url), 'utf8');
/** Collections that a worker must not read, because it runs code of plugins. */
const SECRET_COLLECTIONS = ['apikeys', 'auditevents', 'mailtokens', 'redrives', 'sessions', 'users'];
/** Rights of a worker in the collections where it has fewer than in others. */
const FEWER_RIGHTS: Record<string, string[]> = { secrets: ['find'], marketplacepackages: ['find', 'update'] };

interface Privilege {
  resource: { db: string; collection: string };
  actions: string[];
}
interface Role {
  role: string;
  roles: unknown[];
  privileges: Privilege[];
}
interface User {
  user: string;
  pwd: string;
  roles: unknown[];
}

/** Runs the script with a shell that records its calls. */
function run(env: Record<string, string>) {
  const users: User[] = [];
  const roles: Role[] = [];
  const database = {
    createUser: (user: User) => users.push(user),
    createRole: (role: Role) => roles.push(role),
  };
  runInNewContext(SCRIPT, { db: { getSiblingDB: () => database }, process: { env } });
  return { users, roles };
}

const PASSWORDS = { MONGODB_API_PASSWORD: 'of the api', MONGODB_WORKER_PASSWORD: 'of the worker' };

t.test(
  'the worker reaches every collection of the product but users, sessions, keys and audit',
  async (t) => {
    const space = await openNamespace(t);
    const collections = Object.values(buildModels(space.mongo.connection)).map(
      (model) => model.collection.name,
    );
    const { roles, users } = run(PASSWORDS);

    const privileges = roles[0]?.privileges ?? [];
    const named = privileges.map(({ resource }) => resource.collection).filter((name) => name !== '');
    t.strictSame(
      [...named, ...SECRET_COLLECTIONS].toSorted((a, b) => a.localeCompare(b)),
      collections.toSorted((a, b) => a.localeCompare(b)),
    );
    t.strictSame(privileges.find(({ resource }) => resource.collection === '')?.actions, ['listCollections']);
    for (const { resource, actions } of privileges)
      if (resource.collection in FEWER_RIGHTS)
        t.strictSame(actions, FEWER_RIGHTS[resource.collection], resource.collection);
    t.strictSame(roles[0]?.roles, [], 'no role is inherited');
    t.match(users, [
      { user: 'mcp_api', pwd: 'of the api', roles: [{ role: 'readWrite', db: 'mcp_server' }] },
      { user: 'mcp_worker', pwd: 'of the worker', roles: [{ role: 'mcpWorker', db: 'mcp_server' }] },
    ]);
  },
);

t.test('without its passwords the script creates no user', async (t) => {
  t.throws(() => run({ MONGODB_API_PASSWORD: 'of the api' }), /MONGODB_WORKER_PASSWORD is not set/);
});
