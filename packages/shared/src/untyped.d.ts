/** pino-roll ships no types; only the parts we use are declared. */
declare module 'pino-roll' {
  import type { EventEmitter } from 'node:events';

  interface RollingFile extends EventEmitter {
    write(line: string): boolean;
    end(): void;
  }
  export default function roll(options: {
    file: string;
    extension: string;
    frequency: 'daily';
    dateFormat: string;
    limit: { count: number; removeOtherLogFiles: boolean };
    mkdir: boolean;
  }): Promise<RollingFile>;
}
