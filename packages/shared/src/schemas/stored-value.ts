import { ContentBlock } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { isDeeperThan } from '../json-depth.ts';

/** Range of ISO 8601 with four digits of a year. */
const FIRST_TIME = new Date('0000-01-01T00:00:00.000Z');
export const LAST_TIME = new Date('9999-12-31T23:59:59.999Z');

/** A stored time. */
export const StoredTime = z.date().min(FIRST_TIME).max(LAST_TIME);

/** Stored by this release, values are at most 64 levels deep. Deeper ones of earlier releases are shown up to here. */
const MAX_READ_DEPTH = 512;

function parse(text: string): unknown {
  if (isDeeperThan(MAX_READ_DEPTH, text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A stored JSON text whose value `isRight`. */
export const jsonTextOf = (isRight: (value: unknown) => boolean, expected: string) =>
  z.string().refine((text) => isRight(parse(text)), `must be the JSON text of ${expected}`);

/** A stored JSON text that `JSON.parse` reads. */
export const JsonText = jsonTextOf((value) => value !== undefined, 'a value');

/** A stored JSON text of an object. */
export const JsonObjectText = jsonTextOf(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
);

const Content = z.array(ContentBlock);

/** A stored JSON text of content blocks. */
export const ContentText = jsonTextOf((value) => Content.safeParse(value).success, 'content blocks');
