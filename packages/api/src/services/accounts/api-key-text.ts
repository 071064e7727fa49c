import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Prefix by which the API and secret scanners recognize keys. */
export const API_KEY_PREFIX = 'mcp_';

const ID_BYTES = 8;
const SECRET_BYTES = 32;
const SHAPE = /^(?<body>(?<prefix>mcp_[0-9a-f]{16})_[0-9a-f]{64})(?<checksum>[0-9a-f]{8})$/;

const checksumOf = (body: string): string => crc32(body).toString(16).padStart(8, '0');

/** Generates `mcp_<keyid>_<secret><CRC32>`. The checksum rejects typos and guesses without a database read. */
export function generateApiKey(): { key: string; prefix: string } {
  const prefix = `${API_KEY_PREFIX}${randomBytes(ID_BYTES).toString('hex')}`;
  const body = `${prefix}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  return { key: `${body}${checksumOf(body)}`, prefix };
}

/** The public part of a well-formed key; undefined for anything else. */
export function readApiKeyPrefix(key: string): string | undefined {
  const { body, prefix, checksum } = SHAPE.exec(key)?.groups ?? {};
  return body !== undefined && checksumOf(body) === checksum ? prefix : undefined;
}

/** A plain digest is enough for a secret of 256 random bits. */
export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();
