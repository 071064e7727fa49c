import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Imports the entry of a plugin and resolves to its default export. Until then the plugin cannot end the process:
 * `process.exit`, an exception that nothing catches, and a top-level `await` that takes longer than `timeoutMs` are errors
 * of this import. @throws whatever the module throws.
 */
export async function importPlugin(entry: URL, timeoutMs: number): Promise<unknown> {
  const exit = Object.getOwnPropertyDescriptor(process, 'exit') ?? {};
  const { exitCode } = process;
  const failure = Promise.withResolvers<never>();
  process.exit = (code = '') => {
    const error = new Error(`it called process.exit(${code}) while it was loaded`);
    failure.reject(error);
    throw error;
  };
  process.on('uncaughtException', failure.reject);
  const timer = setTimeout(() => {
    const reason = `it was not loaded within ${timeoutMs} ms (PLUGIN_LOAD_MS); does a top-level await never end?`;
    failure.reject(new Error(reason));
  }, timeoutMs);
  try {
    const loaded = (await Promise.race([failure.promise, import(entry.href)])) as { default?: unknown };
    // A rejection that nothing handles is reported after the turn in which it happened.
    await Promise.race([failure.promise, nextTurn()]);
    return loaded.default;
  } finally {
    clearTimeout(timer);
    process.off('uncaughtException', failure.reject);
    Object.defineProperty(process, 'exit', exit);
    process.exitCode = exitCode;
  }
}
