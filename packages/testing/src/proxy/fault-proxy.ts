import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

import { ProxiedConnection } from './connection.ts';
import { type Fault, NO_FAULT, type SilentDirection } from './fault.ts';

const LOOPBACK = '127.0.0.1';

interface FaultProxyOptions {
  /** Draws for faults with a rate: numbers from 0 (included) to 1 (excluded). */
  random?: () => number;
  /** Texts in requests that tell connections apart, such as the name of a command. */
  marks?: readonly string[];
}

/** TCP proxy in front of one server, on its own loopback port; its connections can be made to fail. */
export class FaultProxy {
  readonly #server: Server;
  #targetPort: number;
  readonly #random: () => number;
  readonly #marks: readonly string[];
  readonly #connections = new Set<ProxiedConnection>();
  #fault: Fault = NO_FAULT;
  /** Number of replies that were dropped. */
  swallowed = 0;

  private constructor(targetPort: number, { random = Math.random, marks = [] }: FaultProxyOptions) {
    this.#targetPort = targetPort;
    this.#random = random;
    this.#marks = marks;
    this.#server = createServer((client) => this.#connect(client));
  }

  /** Listens for one client process; the target may be down. */
  static async open(targetPort: number, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort, options);
    proxy.#server.listen(0, LOOPBACK);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Replaces the fault on all open and future connections. */
  setFault(fault: Fault): void {
    this.#fault = fault;
    for (const connection of this.#connections) connection.apply(fault);
  }

  /**
   * Silences the open connections, or those of them that carried a mark; new ones pass. Returns their number. They stay
   * open and silent until the client gives them up.
   */
  silence(direction: SilentDirection, mark?: string): number {
    const silenced = this.#carriersOf(mark);
    for (const connection of silenced) connection.silence(direction);
    return silenced.length;
  }

  /** Number of open connections, or of those that carried a mark. */
  count(mark?: string): number {
    return this.#carriersOf(mark).length;
  }

  #carriersOf(mark: string | undefined) {
    return [...this.#connections].filter((one) => mark === undefined || one.hasCarried(mark));
  }

  /** Connects later clients to another server; returns the port of the one before. */
  retarget(port: number): number {
    const before = this.#targetPort;
    this.#targetPort = port;
    return before;
  }

  /** Resets every open connection now. */
  resetAll(): void {
    for (const connection of this.#connections) connection.reset();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.resetAll();
    await closed;
  }

  #connect(client: Socket): void {
    const server = createConnection({ host: LOOPBACK, port: this.#targetPort });
    client.setNoDelay(true);
    server.setNoDelay(true);
    const connection = new ProxiedConnection({
      client,
      server,
      random: this.#random,
      fault: this.#fault,
      marks: this.#marks,
      onSwallowed: () => (this.swallowed += 1),
    });
    this.#connections.add(connection);
    client.once('close', () => this.#connections.delete(connection));
  }
}
