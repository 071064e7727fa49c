/** Tells the user one line of what is being done. */
export type Log = (line: string) => void;

/** Faults on purpose, for tests: the port and the data stay the same over all of them. */
export interface ServiceControl {
  /** SIGKILL, as a crash of the server would look; resolves when it is dead. */
  kill(): Promise<void>;
  /** Starts again after a kill, or stops first; resolves when a real command is answered. */
  restart(): Promise<void>;
  /** Freezes the server: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
}

/** A server that this process started, or one that was there already (and then cannot be controlled). */
export interface RunningService {
  readonly url: string;
  /** One line: what was chosen and where it listens. */
  readonly description: string;
  readonly control: ServiceControl | undefined;
  close(): Promise<void>;
}

/** The service behind a URL from the environment: it belongs to somebody else. */
export function foreignService(url: string, variable: string): RunningService {
  return { url, description: `as ${variable} says`, control: undefined, close: () => Promise.resolve() };
}
