// Runs in mongosh when the database's volume is empty (docker-entrypoint-initdb.d) and creates the users of API and workers.
// Workers run code of plugins, so their user cannot read accounts, sessions, keys or audit records, nor write secrets, which are
// encrypted.
const DATABASE = 'mcp_server';
const READ_WRITE = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex', 'listIndexes'];
const WORKER_COLLECTIONS = ['tasks', 'pluginexecutions', 'plugins', 'roleleases', 'workers', 'pauses'];
const WORKER_READS = ['secrets'];
// Workers store lockfiles and plugin ids; what is wanted at all is up to the API.
const WORKER_UPDATES = ['marketplacepackages'];

const password = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const database = db.getSiblingDB(DATABASE);
database.createUser({
  user: 'mcp_api',
  pwd: password('MONGODB_API_PASSWORD'),
  roles: [{ role: 'readWrite', db: DATABASE }],
});
database.createRole({
  role: 'mcpWorker',
  roles: [],
  privileges: [
    { resource: { db: DATABASE, collection: '' }, actions: ['listCollections'] },
    ...WORKER_COLLECTIONS.map((collection) => ({
      resource: { db: DATABASE, collection },
      actions: READ_WRITE,
    })),
    ...WORKER_READS.map((collection) => ({ resource: { db: DATABASE, collection }, actions: ['find'] })),
    ...WORKER_UPDATES.map((collection) => ({
      resource: { db: DATABASE, collection },
      actions: ['find', 'update'],
    })),
  ],
});
database.createUser({
  user: 'mcp_worker',
  pwd: password('MONGODB_WORKER_PASSWORD'),
  roles: [{ role: 'mcpWorker', db: DATABASE }],
});
