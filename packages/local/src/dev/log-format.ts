import { prettyFactory } from 'pino-pretty';

/** Formatter of the output lines of an API or a worker for a terminal; JSON logs become one readable line. */
export function buildLogFormat(colorize: boolean): (name: string, line: string) => string {
  const format = prettyFactory({
    colorize,
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (name, line) => (line.startsWith('{') ? format(line).trimEnd() : `${name}: ${line}`);
}
