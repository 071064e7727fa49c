import { connect } from 'node:net';

import mongoose from 'mongoose';

const ANSWER_MS = 1_000;

/** Whether a Redis answers at this address without TLS. Sends no password. */
export function redisAnswersWithoutTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (isPlain: boolean) => {
      socket.destroy();
      resolve(isPlain);
    };
    socket.setTimeout(ANSWER_MS, () => finish(false));
    socket.once('error', () => finish(false)).once('close', () => finish(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (chunk) => finish(/^(\+PONG|-NOAUTH|-DENIED|-NOPERM)/.test(chunk.toString())));
  });
}

/** Whether a MongoDB answers at this address (`host:port`) without TLS. Sends no password. */
export async function mongodbAnswersWithoutTls(address: string): Promise<boolean> {
  const client = new mongoose.mongo.MongoClient(`mongodb://${address}/?directConnection=true`, {
    serverSelectionTimeoutMS: ANSWER_MS,
    connectTimeoutMS: ANSWER_MS,
  });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
