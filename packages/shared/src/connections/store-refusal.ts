import { CLUSTER_REFUSAL } from './redis-cluster.ts';

/**
 * Reasons for which a store refuses this process whatever happens next: its settings are wrong. Everything else, such as a
 * refused connection, may pass by itself.
 */

const TLS_CODES =
  /^(ERR_SSL_|ERR_TLS_|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF))/;
const WITHOUT_TLS = 'ERR_SSL_WRONG_VERSION_NUMBER';

/** UserNotFound, Unauthorized, AuthenticationFailed, MechanismUnavailable, and Atlas's AtlasError. */
const MONGODB_LOGIN_CODES = new Set([11, 18, 334, 8_000]);
const MONGODB_UNAUTHORIZED = 13;

/** The error and everything that it names as its cause, also the errors of each server of a replica set. */
function* chainOf(error: unknown, depth = 0): Generator<Error & { code?: unknown }> {
  if (!(error instanceof Error) || depth > 5) return;
  yield error;
  yield* chainOf(error.cause, depth + 1);
  const { servers } = ((error as { reason?: unknown }).reason ?? {}) as { servers?: unknown };
  if (!(servers instanceof Map)) return;
  for (const server of servers.values()) yield* chainOf((server as { error?: unknown }).error, depth + 1);
}

function describeTls(errors: readonly { code?: unknown }[]): string | undefined {
  const isTls = (code: unknown): code is string => typeof code === 'string' && TLS_CODES.test(code);
  const code = errors.map((error) => error.code).find(isTls);
  if (code === undefined) return undefined;
  return code === WITHOUT_TLS
    ? 'the server does not speak TLS'
    : `the TLS connection is refused (${code}); check the certificate and the host name`;
}

/** Problem with `MONGODB_URI`, if this error reveals one. */
export function describeMongodbRefusal(error: unknown): string | undefined {
  const errors = [...chainOf(error)];
  if (errors.some(({ code }) => MONGODB_LOGIN_CODES.has(code as number)))
    return 'the server refuses the user or the password';
  if (errors.some(({ code }) => code === MONGODB_UNAUTHORIZED))
    return 'this user may not read and write the database, or must log in with a password';
  return describeTls(errors);
}

/** Problem with `REDIS_URL`, if this error reveals one. */
export function describeRedisRefusal(error: unknown): string | undefined {
  const errors = [...chainOf(error)];
  const text = errors.map(({ message }) => message).join('\n');
  if (/WRONGPASS|NOAUTH|invalid password|invalid username-password/i.test(text))
    return 'the server refuses the user or the password, or requires one';
  const database = /DB index is out of range|invalid DB index|SELECT is not allowed/i.test(text);
  if (database) return `the server does not have database ${selectedDatabase(errors)}`;
  if (errors.some(({ name }) => name === 'ParserError'))
    return 'the server is not a Redis, or wants TLS (rediss://)';
  // Not every service says that it is in cluster mode.
  if (/CROSSSLOT|MOVED/.test(text)) return CLUSTER_REFUSAL;
  return describeRights(text) ?? describeTls(errors);
}

/** Number of the database that a refused SELECT asked for. */
function selectedDatabase(errors: readonly Error[]): string {
  const commands = errors.map((error) => (error as { command?: { name: string; args: string[] } }).command);
  return commands.find((command) => command?.name === 'select')?.args[0] ?? '';
}

/** Redis names the command in every such error; the key only by its absence. */
function describeRights(text: string): string | undefined {
  if (/NOPERM.*(keys|key)\b|ACL failure.*key/i.test(text))
    return 'this user may not use the keys of REDIS_PREFIX';
  if (/NOPERM.*channel|ACL failure.*channel/i.test(text))
    return 'this user may not use the channels of REDIS_PREFIX';
  if (!/NOPERM|ACL failure|can't run this command/i.test(text)) return undefined;
  const command = /'(?<command>[\w|]+)'/.exec(text)?.groups?.['command'];
  return `this user may not run ${command ?? 'commands'} that the product needs`;
}
