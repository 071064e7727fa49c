import { once } from 'node:events';
import { createServer } from 'node:net';

import { ConfigError } from './config/load.ts';

/** A process cannot start for a reason that may pass by itself; `message` names the setting. */
export class StartRefusal extends Error {
  override readonly name = 'StartRefusal';
}

/** Where a process listens, with the names of the two settings. */
export interface ListenPlace {
  host: string;
  port: number;
  settings: { host: string; port: string };
}

/**
 * Checks that the process will be able to listen, before it does anything else. Another process may still take the port
 * before it listens. @throws {ConfigError | StartRefusal}
 */
export async function assertCanListen(place: ListenPlace): Promise<void> {
  const server = createServer();
  try {
    server.listen(place.port, place.host);
    await once(server, 'listening');
  } catch (error) {
    throw toListenRefusal(error, place);
  } finally {
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
}

/** Names the setting that is to blame for a failed `listen`; returns other errors as they are. */
export function toListenRefusal(error: unknown, { port, settings }: ListenPlace): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartRefusal(`${settings.port}: ${port} is already in use`);
    case 'EACCES':
      return new ConfigError(`${settings.port}: this user may not open ${port}`);
    case 'EADDRNOTAVAIL':
      return new ConfigError(`${settings.host}: is not an address of this machine`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new ConfigError(`${settings.host}: is not an address or a name that can be resolved`);
    default:
      return error;
  }
}
