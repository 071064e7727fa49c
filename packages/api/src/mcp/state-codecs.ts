import { hkdfSync } from 'node:crypto';

import { createRequestStateCodec, type RequestStateCodec } from '@modelcontextprotocol/server';

import { readSecretList } from '../config/secrets.ts';

const KEY_BYTES = 32;

type Codecs<T> = readonly [RequestStateCodec<T>, ...RequestStateCodec<T>[]];
type CodecOptions<T> = Omit<Parameters<typeof createRequestStateCodec<T>>[0], 'key'>;

/** A codec for each secret of `JWT_SECRET`, with a key derived for this purpose; the first one signs. */
export function buildStateCodecs<T>(
  { JWT_SECRET }: { JWT_SECRET: string },
  purpose: string,
  options: CodecOptions<T>,
): Codecs<T> {
  const build = (secret: string) => {
    const key = hkdfSync('sha256', secret, '', `mcp-server ${purpose}`, KEY_BYTES);
    return createRequestStateCodec<T>({ ...options, key: new Uint8Array(key) });
  };
  const [first, ...others] = readSecretList(JWT_SECRET);
  return [build(first), ...others.map(build)];
}

/** Reads a state that any of the codecs has signed. Rejects like the first one if none has. */
export async function verifyByAny<T>(
  [codec, ...others]: Codecs<T>,
  ...state: Parameters<RequestStateCodec<T>['verify']>
): Promise<T> {
  try {
    return await codec.verify(...state);
  } catch (error) {
    for (const other of others) {
      const result = await other.verify(...state).catch(() => undefined);
      if (result !== undefined) return result;
    }
    throw error;
  }
}
