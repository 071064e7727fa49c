import type { Models } from '@mcp-server/shared';

/** Deeper than anything that walks a value by recursion. */
const DEPTH = 3_000;
/** The database refuses deeper documents. */
const STORED_DEPTH = 80;
const HUGE = 50_000;
const AFTER_YEAR_9999 = Date.UTC(12_000, 0);
const LAST_DATE = 8.64e15;

/** Stands for a field that is not there. */
export const MISSING = Symbol('missing');

const nest = (depth: number): unknown => (depth === 0 ? 'x' : { a: nest(depth - 1) });

/** Values that no version of the product would store, by name. */
export function hostileValues({ UserModel }: Models): Record<string, unknown> {
  const { Binary, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } = UserModel.base.mongo;
  return {
    missing: MISSING,
    null: null,
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    'a negative number': -1,
    'a fraction': 0.5,
    'a huge number': 1e300,
    'the largest integer': Number.MAX_SAFE_INTEGER,
    Long: Long.MAX_VALUE,
    Decimal128: Decimal128.fromString('1E+6000'),
    true: true,
    'an empty text': '',
    'a text': 'no value of this field',
    'a text with NUL': 'a\u0000b',
    'a lone surrogate': '\uD800',
    'a huge text': 'x'.repeat(HUGE),
    'a deep JSON text': '['.repeat(DEPTH) + ']'.repeat(DEPTH),
    'a broken JSON text': '{"a":',
    'a list': [],
    'a list of null': [null],
    'a list of a text': ['x'],
    'a list of an object': [{}],
    'an object': {},
    'a nested object': nest(STORED_DEPTH),
    'a date after year 9999': new Date(AFTER_YEAR_9999),
    'the last date': new Date(LAST_DATE),
    'the first date': new Date(-LAST_DATE),
    Binary: new Binary(Buffer.from([0xff, 0xfe])),
    RegExp: /^(a+)+$/,
    ObjectId: new ObjectId(),
    Timestamp: new Timestamp({ t: 1, i: 1 }),
    MinKey: new MinKey(),
    MaxKey: new MaxKey(),
  };
}
