import mongoose from 'mongoose';
import { z } from 'zod';

/** Options that `REDIS_URL` may have. ioredis takes every name, so that a misspelt one would silently do nothing. */
const REDIS_OPTIONS = new Set(['family', 'allowUsernameInURI']);
const UNREADABLE = 'cannot be parsed; percent-encode special characters of the user and the password';
/** Only such names are printed: text of another shape may be a part of a password that was not encoded. */
const OPTION_NAME = /^[a-z]\w{0,40}$/i;

type Refuse = (message: string) => void;

/** `REDIS_URL`: messages about it contain no part of its value except the names of unknown options. */
export const redisUrl = () =>
  z
    .string()
    .regex(/^rediss?:\/\//, { message: 'must begin with redis:// or rediss://', abort: true })
    .superRefine((url, context) => checkRedisUrl(url, (message) => context.addIssue(message)));

/** `MONGODB_URI`, with the same rule. */
export const mongodbUri = () =>
  z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, { message: 'must begin with mongodb:// or mongodb+srv://', abort: true })
    .superRefine((uri, context) => checkMongodbUri(uri, (message) => context.addIssue(message)));

function checkRedisUrl(text: string, refuse: Refuse): void {
  if (!URL.canParse(text)) return refuse(UNREADABLE);
  const { username, password, pathname, searchParams, hash, hostname } = new URL(text);
  const isEncoded = isDecodable(username) && isDecodable(password) && hash === '' && !isAfterHost('@', text);
  if (!isEncoded || hostname === '') return refuse(UNREADABLE);
  if (!/^\/?\d*$/.test(pathname)) return refuse('the path must be the number of a database, such as /0');
  refuseOptions(
    [...searchParams.keys()].filter((name) => !REDIS_OPTIONS.has(name)),
    refuse,
  );
}

function checkMongodbUri(uri: string, refuse: Refuse): void {
  try {
    // It connects later.
    void new mongoose.mongo.MongoClient(uri);
  } catch (error) {
    const { message } = error as Error;
    const names = [...new URLSearchParams(uri.split('?')[1]).keys()];
    // The driver quotes values, so its message only tells which options it complains about.
    const named = names.filter((name) => message.toLowerCase().includes(name.toLowerCase()));
    if (isAfterHost('@', uri) || named.length === 0) return refuse(UNREADABLE);
    if (message.endsWith('not supported')) return refuseOptions(named, refuse);
    refuse(
      named.every((name) => OPTION_NAME.test(name)) ? `invalid value of option "${named[0]}"` : UNREADABLE,
    );
  }
}

function refuseOptions(names: readonly string[], refuse: Refuse): void {
  if (names.length === 0) return;
  if (!names.every((name) => OPTION_NAME.test(name))) return refuse(UNREADABLE);
  for (const name of names) refuse(`has an unknown option "${name}"`);
}

/** Whether a character occurs after the end of the host: then a part of the password may stand there. */
function isAfterHost(character: string, url: string): boolean {
  const rest = url.slice(url.indexOf('://') + 3);
  const end = rest.search(/[/?#]/);
  return end !== -1 && rest.slice(end).includes(character);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
