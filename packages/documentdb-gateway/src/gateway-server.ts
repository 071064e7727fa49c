import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { ClientSession } from './client-session.ts';
import type { GatewayParts } from './command.ts';
import { closeCursor } from './cursor-close.ts';
import { CursorStore } from './cursors.ts';
import { IndexKeys } from './index-keys.ts';
import { SqlPool } from './sql-pool.ts';

const HOST = '127.0.0.1';

/** Speaks MongoDB's wire protocol on a loopback port, in front of a PostgreSQL with the DocumentDB extension. */
export class GatewayServer {
  readonly #parts: GatewayParts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #lastConnectionId = 0;

  constructor(socketDir: string) {
    const pool = new SqlPool(socketDir);
    const cursors = new CursorStore((cursor) => closeCursor(cursor, pool));
    this.#parts = { pool, cursors, indexKeys: new IndexKeys(pool) };
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Listens; port 0 takes a free one. Returns the port. */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, HOST);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#parts.cursors.close();
    await this.#parts.pool.close();
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    this.#lastConnectionId += 1;
    void new ClientSession(socket, this.#parts, this.#lastConnectionId).serve();
  }
}
