import t from 'tap';

import { FrameReader } from './frame-reader.ts';

/** A wire message of a size whose bytes after the header are all `fill`. */
function message(sizeBytes: number, fill: number): Buffer {
  const buffer = Buffer.alloc(sizeBytes, fill);
  buffer.writeInt32LE(sizeBytes, 0);
  return buffer;
}

t.test('joins messages that arrive byte by byte', async (t) => {
  const reader = new FrameReader();
  const sent = [message(20, 1), message(16, 2), message(100, 3)];
  const received: Buffer[] = [];

  for (const byte of Buffer.concat(sent)) received.push(...reader.push(Buffer.from([byte])));

  t.same(received, sent);
});

t.test('cuts several messages out of one chunk', async (t) => {
  const reader = new FrameReader();
  const sent = [message(20, 1), message(30, 2), message(40, 3)];
  const stream = Buffer.concat(sent);

  t.same(reader.push(stream.subarray(0, 60)), sent.slice(0, 2));
  t.same(reader.push(stream.subarray(60)), sent.slice(2));
});

t.test('takes 48 MB and refuses more', async (t) => {
  const largest = message(48_000_000, 7);

  const [frame] = new FrameReader().push(largest);

  t.equal(frame?.length, largest.length);
  t.throws(() => new FrameReader().push(message(48_000_001, 7)), { name: 'GatewayProtocolError' });
  t.throws(() => new FrameReader().push(Buffer.alloc(16)), { name: 'GatewayProtocolError' });
});
