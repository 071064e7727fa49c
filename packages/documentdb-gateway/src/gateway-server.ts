import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { ClientSession } from './client-session.ts';
import type { GatewayParts } from './command.ts';
import { closeCursor } from './cursor-close.ts';
import { CursorStore } from './cursors.ts';
import { IndexKeys } from './index-keys.ts';
import type { SqlPool } from './sql-pool.ts';

/** TCP server that speaks MongoDB's wire protocol in front of a PostgreSQL with the DocumentDB extension. */
export class GatewayServer {
  readonly #parts: GatewayParts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #lastConnectionId = 0;

  constructor(pool: SqlPool) {
    const cursors = new CursorStore((cursor) => closeCursor(cursor, pool));
    this.#parts = { pool, cursors, indexKeys: new IndexKeys(pool) };
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Listens; port 0 takes a free one. Returns the port. */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Disconnects all clients and closes the pool. */
  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#parts.cursors.close();
    await this.#parts.pool.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    this.#lastConnectionId += 1;
    void new ClientSession(socket, this.#parts, this.#lastConnectionId).serve();
  }
}
