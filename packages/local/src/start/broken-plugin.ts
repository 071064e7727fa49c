/** Message of the worker's log about a plugin that it goes on without. */
const MESSAGE = 'plugin cannot be used; the worker runs without it';

/** Reads a line of the worker's log about a broken plugin; undefined for any other line. */
export function readBrokenPlugin(line: string): string | undefined {
  if (!line.includes(MESSAGE)) return undefined;
  try {
    const { msg, text } = JSON.parse(line) as { msg?: unknown; text?: unknown };
    return msg === MESSAGE && typeof text === 'string'
      ? `the worker runs without a plugin. ${text}`
      : undefined;
  } catch {
    // A plugin printed something that looks like a log line.
    return undefined;
  }
}
