import { MongoClient } from 'mongodb';

/** Wait of one probe for a server that does not listen yet. */
const LISTEN_MS = 1_000;
const LISTEN_STEP_MS = 25;
const ANSWER_MS = 5_000;
const PROBE_DATABASE = 'local_services';

/** Whether the MongoDB server at this loopback port stores a document. */
export async function storesDocuments(port: number): Promise<boolean> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`, {
    directConnection: true,
    retryWrites: false,
    serverSelectionTimeoutMS: LISTEN_MS,
    minHeartbeatFrequencyMS: LISTEN_STEP_MS,
    socketTimeoutMS: ANSWER_MS,
  });
  try {
    await client
      .db(PROBE_DATABASE)
      .collection<{ _id: string }>('starts')
      .updateOne({ _id: 'last' }, { $set: { at: new Date() } }, { upsert: true });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
