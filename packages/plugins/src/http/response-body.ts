import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { FatalError } from '@mcp-server/plugin-sdk';

const DECODERS: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
/** Honest services encode once; a long chain is an attempt to make a small response expensive. */
const MAX_ENCODINGS = 2;
/** Bytes by which a compressed body may exceed its content: frames of empty data cost time and yield nothing. */
const ENCODING_OVERHEAD_BYTES = 1_024;

/**
 * Reads and decodes a body to its end. Counts both the received and the decoded bytes as they flow.
 * @throws {FatalError} `RESPONSE_TOO_LARGE` beyond `maxBytes`, `INVALID_RESPONSE` for a broken or unknown encoding.
 */
export async function readBody(
  body: Readable,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const encodings = (contentEncoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (encodings.length === 0) return collect(body, maxBytes);
  const decoders = encodings
    .toReversed()
    .map((name) => (Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined));
  if (decoders.length > MAX_ENCODINGS) throw invalidResponse('The response has too many encodings.');
  let decoded: AsyncIterable<Buffer> = limit(body, maxBytes + ENCODING_OVERHEAD_BYTES);
  for (const build of decoders) {
    if (!build) throw invalidResponse('The response has an unknown encoding.');
    decoded = decode(decoded, build);
  }
  return collect(decoded, maxBytes);
}

export const invalidResponse = (message: string, cause?: unknown) =>
  new FatalError(message, { code: 'INVALID_RESPONSE', cause });

async function* limit(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncIterable<Buffer> {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw new FatalError('The response is larger than the limit.', { code: 'RESPONSE_TOO_LARGE' });
    }
    yield chunk;
  }
}

async function collect(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const read: Buffer[] = [];
  for await (const chunk of limit(chunks, maxBytes)) read.push(chunk);
  return Buffer.concat(read);
}

async function* decode(
  chunks: AsyncIterable<Buffer>,
  build: () => NodeJS.ReadWriteStream,
): AsyncIterable<Buffer> {
  const source = Readable.from(chunks);
  const decoder = build() as unknown as Readable & NodeJS.WritableStream;
  source.on('error', (error) => decoder.destroy(error));
  source.pipe(decoder);
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code?.startsWith('Z_') || code?.startsWith('ERR_BROTLI') || code?.startsWith('ERR__ERROR_FORMAT')
      ? invalidResponse('The response does not match its Content-Encoding.', error)
      : error;
  } finally {
    source.destroy();
    decoder.destroy();
  }
}
