interface LogLine {
  level?: number;
  msg?: string;
  reason?: string;
}

/** pino's number of the level `warn`. */
const WARN = 40;

/** Last warning of each process, for the message about a start that does not succeed. */
export class LastWarnings {
  readonly #lines = new Map<string, string>();

  read(processName: string, line: string): void {
    if (!line.startsWith('{')) return;
    try {
      const { level = 0, msg = '', reason } = JSON.parse(line) as LogLine;
      if (level >= WARN) this.#lines.set(processName, reason === undefined ? msg : `${msg}: ${reason}`);
    } catch {
      // A plugin printed something that looks like a log line.
    }
  }

  describe(): string {
    return [...this.#lines].map(([processName, text]) => `\n${processName}: ${text}`).join('');
  }
}
