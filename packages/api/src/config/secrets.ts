import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError } from '@mcp-server/shared';
import { z } from 'zod';

const MIN_SECRET_LENGTH = 32;
/** A random hex text of 32 digits has about 13; a text with fewer was typed, not generated. */
const MIN_DISTINCT_CHARACTERS = 8;
/** Placeholders of templates and tutorials, and rows of a keyboard. */
const PLACEHOLDER =
  /change.?me|replace.?(me|this)|placeholder|example|default|your[-_. ]|super.?secret|^(secret|password)|qwert|asdfg|zxcvb/i;
/** In random texts, a fifth of the characters at most follow their neighbour in the alphabet. */
const MAX_SEQUENTIAL = 0.5;

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

export const isWeakSecret = (secret: string): boolean =>
  secret.length < MIN_SECRET_LENGTH ||
  new Set(secret).size < MIN_DISTINCT_CHARACTERS ||
  PLACEHOLDER.test(secret) ||
  isRepeated(secret) ||
  isSequence(secret);

/** True if the text is a shorter one over and over, such as a word until it is long enough. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.slice(length) === text.slice(0, -length)) return true;
  }
  return false;
}

/** True for alphabets, numbers in order and runs of one character. */
function isSequence(text: string): boolean {
  const codes = Array.from(text, (character) => character.charCodeAt(0));
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) <= 1);
  return steps.length > codes.length * MAX_SEQUENTIAL;
}

/** Reads a list of secrets, comma separated: the first one signs, all of them verify. */
export function readSecretList(text: string): [string, ...string[]] {
  const [first = '', ...others] = text.split(',').map((secret) => secret.trim());
  return [first, ...others];
}

/** A secret, or a list of them, from the environment; messages about it never contain its value. */
export const secretText = ({ mustBeStrong, isList = false }: { mustBeStrong: boolean; isList?: boolean }) =>
  z
    .string({ error: 'must be set unless HOST is a loopback address' })
    .refine(
      (text) => !mustBeStrong || !(isList ? readSecretList(text) : [text]).some(isWeakSecret),
      `is weak: use at least ${MIN_SECRET_LENGTH} random characters`,
    );

const SecretFile = z.object({ JWT_SECRET: z.string().min(32), REFRESH_TOKEN_SECRET: z.string().min(32) });
type SecretFile = z.infer<typeof SecretFile>;

export interface Secrets extends SecretFile {
  /** Names of the secrets that are too weak for anything but this machine. */
  weak: string[];
}

/**
 * The secrets of this process: those of the environment, and for missing ones those of `secrets.json` in the data
 * folder, which the first start creates.
 * @throws {ConfigError} when the file cannot be created or read.
 */
export async function loadSecrets(
  env: Partial<SecretFile> & { DATA_DIR: string; ADMIN_API_KEY?: string | undefined },
): Promise<Secrets> {
  const settings = { JWT_SECRET: env.JWT_SECRET, REFRESH_TOKEN_SECRET: env.REFRESH_TOKEN_SECRET };
  const weak = Object.entries({ ...settings, ADMIN_API_KEY: env.ADMIN_API_KEY })
    .filter(([, text]) => text !== undefined && readSecretList(text).some(isWeakSecret))
    .map(([name]) => name);
  const { JWT_SECRET, REFRESH_TOKEN_SECRET } = settings;
  if (JWT_SECRET !== undefined && REFRESH_TOKEN_SECRET !== undefined) {
    return { JWT_SECRET, REFRESH_TOKEN_SECRET, weak };
  }
  const stored = await readOrCreate(env.DATA_DIR);
  return {
    JWT_SECRET: JWT_SECRET ?? stored.JWT_SECRET,
    REFRESH_TOKEN_SECRET: REFRESH_TOKEN_SECRET ?? stored.REFRESH_TOKEN_SECRET,
    weak,
  };
}

async function readOrCreate(dataDir: string): Promise<SecretFile> {
  const path = join(dataDir, 'secrets.json');
  try {
    await createOnce(dataDir, path);
    const stored = SecretFile.parse(JSON.parse(await readFile(path, 'utf8')));
    await chmod(path, 0o600);
    return stored;
  } catch (cause) {
    const error = new ConfigError(
      `The environment is not usable:\n  DATA_DIR: cannot create or read secrets.json in it; fix that, or set JWT_SECRET and REFRESH_TOKEN_SECRET`,
    );
    error.cause = cause;
    throw error;
  }
}

/** Writes a temporary file and links it: processes that start at the same time all get the same complete file. */
async function createOnce(dataDir: string, path: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draw = () => randomBytes(48).toString('base64url');
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const fresh: SecretFile = { JWT_SECRET: draw(), REFRESH_TOKEN_SECRET: draw() };
  await writeFile(draft, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
