/** pino-roll ships no types; only the parts we use are declared. */
declare module 'pino-roll' {
  import type { EventEmitter } from 'node:events';

  interface RollingFile extends EventEmitter {
    write(line: string): boolean;
    end(): void;
    /** Closes the file without writing what is in memory. */
    destroy(): void;
  }
  export default function roll(options: {
    file: string;
    extension: string;
    frequency: 'daily';
    dateFormat: string;
    limit: { count: number; removeOtherLogFiles: boolean };
    mkdir: boolean;
    /** Writes each line before `write` returns; errors are events in any case. */
    sync: boolean;
  }): Promise<RollingFile>;
}
