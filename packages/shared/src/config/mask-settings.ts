/** Names of variables with a secret, or with a URL that may contain one. */
const SECRET_NAME = /(SECRET|TOKEN|PASSWORD|KEY|URI|URL)$/;
/** A shorter text would be found in words that have nothing to do with it. */
const MIN_LENGTH = 4;
const MASK = '[redacted]';

/** Returns a function that masks the values of the secret settings of an environment, also parts of URLs, in a text. */
export function buildSettingsMask(env: NodeJS.ProcessEnv): (text: string) => string {
  const values = Object.entries(env)
    .filter(([name]) => SECRET_NAME.test(name))
    .flatMap(([, value = '']) => formsOf(value))
    .filter((value) => value.length >= MIN_LENGTH)
    // The longest first: a part of a value must not be masked before the whole.
    .sort((one, other) => other.length - one.length);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, MASK), text);
}

/** A secret as it was set, and as it reads encoded and decoded. */
function formsOf(value: string): string[] {
  const password = /^[a-z+]+:\/\/[^:]*:(?<password>.*)@/.exec(value)?.groups?.['password'];
  // A URL without a password needs no mask.
  if (password === undefined && value.includes('://')) return [];
  const secret = password ?? value;
  return [value, secret, decode(secret), encodeURIComponent(secret)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
