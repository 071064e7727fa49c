import { MongoClient, type Db, type MongoClientOptions } from 'mongodb';

/** The part of tap's `t` that is needed here. */
interface Test {
  teardown(close: () => Promise<unknown> | void): void;
}

/** URI of the MongoDB server of the test run. @throws {Error} without one: a test is never skipped for that. */
export function testMongodbUri(): string {
  const uri = process.env['MONGODB_URI'];
  if (!uri) throw new Error('MONGODB_URI is not set: run the tests with npm test');
  return uri;
}

/** A client that ends with the test. */
export async function connect(t: Test, uri: string, options: MongoClientOptions = {}): Promise<MongoClient> {
  const client = await MongoClient.connect(uri, options);
  t.teardown(() => client.close());
  return client;
}

/** An empty database on the server of the test run, dropped at the end of the test. */
export async function openTestDatabase(t: Test): Promise<Db> {
  const client = await connect(t, testMongodbUri());
  const database = client.db(`test_${process.pid}_${Date.now()}`);
  t.teardown(() => database.dropDatabase());
  return database;
}
