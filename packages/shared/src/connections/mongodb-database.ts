/** Database of the product when `MONGODB_URI` names none; the driver's own default would be `test`. */
const DEFAULT_DATABASE = 'mcp_server';

/** Name of the database in a connection string; undefined if it names none. */
function databaseIn(uri: string): string | undefined {
  const name = /^[^/]*:\/\/[^/?]*\/(?<name>[^?]+)/.exec(uri)?.groups?.['name'];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** Name of the database that the product uses with this connection string. */
export const databaseOf = (uri: string): string => databaseIn(uri) ?? DEFAULT_DATABASE;

/**
 * Options that make a client use `databaseOf(uri)`. The users of a connection string without a database are those of
 * `admin`, which has to be said: the driver would look for them in the database that is given as an option.
 */
export function databaseOptions(uri: string): { dbName?: string; authSource?: string } {
  if (databaseIn(uri) !== undefined) return {};
  const options = new URLSearchParams(uri.split('?')[1]?.toLowerCase());
  const mechanism = options.get('authmechanism') ?? 'scram';
  const hasUser = /:\/\/[^/?]*@/.test(uri);
  const isAdmin = hasUser && !options.has('authsource') && mechanism.startsWith('scram');
  return { dbName: DEFAULT_DATABASE, ...(isAdmin ? { authSource: 'admin' } : {}) };
}
