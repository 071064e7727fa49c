/** Reports one line of progress to the user. */
export type Log = (line: string) => void;

/** Control of a server, for fault tests. Port and data stay the same. */
export interface ServiceControl {
  /** Sends SIGKILL, like a crash; resolves when the server is dead. */
  kill(): Promise<void>;
  /** Stops the server if it runs, and starts it; resolves when it answers a real command. */
  restart(): Promise<void>;
  /** Freezes the server: connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
}

/** Server started by this process, or an existing one, which has no control. */
export interface RunningService {
  readonly url: string;
  /** One line: the kind of server and the place of its files. */
  readonly description: string;
  readonly control: ServiceControl | undefined;
  close(): Promise<void>;
}

/** Existing server that a variable of the environment names; it is never stopped. */
export function foreignService(url: string, variable: string): RunningService {
  return { url, description: `as ${variable} says`, control: undefined, close: () => Promise.resolve() };
}

/** Connection string of the product's database on a local server. */
export function mongodbUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/mcp_server?directConnection=true`;
}
