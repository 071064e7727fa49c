import mongoose from 'mongoose';
import t from 'tap';

import { databaseOf, databaseOptions } from './mongodb-database.ts';

/** Database, and database of the users, as the driver reads a connection string with the product's options. */
function readByDriver(uri: string) {
  const { dbName, credentials } = new mongoose.mongo.MongoClient(uri, databaseOptions(uri)).options;
  return [dbName, credentials?.source];
}

const cases: [uri: string, database: string, usersOf: string | undefined][] = [
  ['mongodb://host', 'mcp_server', undefined],
  ['mongodb://host/', 'mcp_server', undefined],
  ['mongodb://host/?directConnection=true', 'mcp_server', undefined],
  ['mongodb://a,b:2/?replicaSet=rs0', 'mcp_server', undefined],
  ['mongodb://host/shop', 'shop', undefined],
  ['mongodb://host/my%20shop?w=1', 'my shop', undefined],
  ['mongodb://user:pw@host', 'mcp_server', 'admin'],
  ['mongodb://user:pw@host/?authSource=people', 'mcp_server', 'people'],
  ['mongodb://user:pw@host/?authMechanism=SCRAM-SHA-256', 'mcp_server', 'admin'],
  ['mongodb://user@host/?authMechanism=MONGODB-X509&tls=true', 'mcp_server', '$external'],
  ['mongodb://user:pw@host/shop', 'shop', 'shop'],
  ['mongodb://user:pw@host/shop?authSource=admin', 'shop', 'admin'],
];

for (const [uri, database, usersOf] of cases) {
  t.test(
    `${uri} uses ${database}${usersOf === undefined ? '' : `, with the users of ${usersOf}`}`,
    async (t) => {
      t.equal(databaseOf(uri), database);
      t.same(readByDriver(uri), [database, usersOf]);
    },
  );
}
