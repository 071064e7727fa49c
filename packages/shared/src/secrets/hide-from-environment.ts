import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Fields of /proc/self/stat that hold the borders of the environment block (proc(5), `env_start` and `env_end`). */
const ENV_START = 50;
const ENV_END = 51;

/**
 * Overwrites the values of variables in the block that Linux shows as /proc/<pid>/environ, where any process of the same user
 * can read them, and where removing a variable from `process.env` leaves them. `process.env` keeps the values.
 * @returns false where there is no such block to write to; it then stays as it is.
 */
export function hideFromEnvironment(isHidden: (name: string) => boolean): boolean {
  let memory: number | undefined;
  try {
    const block = readFileSync('/proc/self/environ');
    const { start, end } = readBorders();
    if (end - start !== block.length) return false;
    memory = openSync('/proc/self/mem', 'r+');
    for (const { name, at, length } of valuesIn(block)) {
      if (!isHidden(name)) continue;
      // A new copy outside the block, because the C library still points into it.
      const value = process.env[name];
      delete process.env[name];
      if (value !== undefined) process.env[name] = value;
      writeSync(memory, Buffer.alloc(length, '*'), 0, length, start + at);
    }
    return true;
  } catch {
    return false;
  } finally {
    if (memory !== undefined) closeSync(memory);
  }
}

/** The name of the program may contain spaces and parentheses, so fields are counted from behind it. */
function readBorders(): { start: number; end: number } {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { start: field(ENV_START), end: field(ENV_END) };
}

function* valuesIn(block: Buffer): Iterable<{ name: string; at: number; length: number }> {
  for (let from = 0; from < block.length;) {
    const end = block.indexOf(0, from) === -1 ? block.length : block.indexOf(0, from);
    const equals = block.indexOf('=', from);
    if (equals !== -1 && equals < end)
      yield { name: block.toString('utf8', from, equals), at: equals + 1, length: end - equals - 1 };
    from = end + 1;
  }
}
