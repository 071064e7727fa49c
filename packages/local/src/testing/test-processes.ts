import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const WAIT_MS = 15_000;
const STEP_MS = 25;

interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTime: string;
  readonly name: string;
  readonly isZombie: boolean;
}

/** A process and all its descendants. */
export function processTree(rootPid: number): ProcessEntry[] {
  const all = readProcesses();
  const tree = all.filter(({ pid }) => pid === rootPid);
  // The list grows during the loop: children are appended after their parents.
  for (const { pid } of tree) tree.push(...all.filter(({ parentPid }) => parentPid === pid));
  return tree;
}

/** The processes that are still alive; a later process with the same id does not count. */
export function stillAlive(processes: readonly ProcessEntry[]): string[] {
  const living = new Set(
    readProcesses()
      .filter(({ isZombie }) => !isZombie)
      .map(({ pid, startTime }) => `${pid} ${startTime}`),
  );
  return processes
    .filter(({ pid, startTime }) => living.has(`${pid} ${startTime}`))
    .map(({ pid, name }) => `${pid} ${name}`);
}

/** Waits until a condition holds. @throws {Error} with `describe()` if it does not in time. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  describe: () => string,
  timeoutMs = WAIT_MS,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(describe());
    await delay(STEP_MS);
  }
}

function readProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readProcess(Number(pid)) ?? []);
}

/** Parses a process's stat line: `pid (name) state ppid … starttime …`; the name may contain spaces and parentheses. */
function readProcess(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const nameEnd = stat.lastIndexOf(')');
    const fields = stat.slice(nameEnd + 2).split(' ');
    return {
      pid,
      parentPid: Number(fields[1]),
      startTime: fields[19] ?? '',
      name: stat.slice(stat.indexOf('(') + 1, nameEnd),
      isZombie: fields[0] === 'Z',
    };
  } catch {
    return undefined;
  }
}
