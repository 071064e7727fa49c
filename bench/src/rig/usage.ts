import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second. */
const MS_PER_TICK = 10;
const BYTES_PER_PAGE = 4_096;

/** Party that used CPU time. `gateway` belongs to a local DocumentDB; a MongoDB has none. */
export type Party = 'api' | 'worker' | 'redis' | 'database' | 'gateway' | 'bench' | 'raw';

/** Milliseconds of CPU time since the start of each party's processes. */
export type CpuTimes = Record<Party, number>;

interface Entry {
  pid: number;
  parentPid: number;
  name: string;
  command: string;
  cpuMs: number;
}

/**
 * CPU time of this process and all processes below it. `known` names processes that cannot be identified by their
 * command.
 */
export function readCpuTimes(namedParties: ReadonlyMap<number, Party>): CpuTimes {
  const times: CpuTimes = { api: 0, worker: 0, redis: 0, database: 0, gateway: 0, bench: 0, raw: 0 };
  const all = readProcesses();
  const tree = all.filter(({ pid }) => pid === process.pid);
  // The list grows while it is walked: children are appended behind their parents.
  for (const { pid } of tree) tree.push(...all.filter(({ parentPid }) => parentPid === pid));
  for (const entry of tree) {
    const party = namedParties.get(entry.pid) ?? partyOf(entry);
    if (party) times[party] += entry.cpuMs;
  }
  return times;
}

/** CPU time of each party between two readings. */
export function subtractCpuTimes(later: CpuTimes, earlier: CpuTimes): CpuTimes {
  const parties = Object.keys(later) as Party[];
  return Object.fromEntries(parties.map((party) => [party, later[party] - earlier[party]])) as CpuTimes;
}

/** Resident memory in bytes. */
export function readRssBytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * BYTES_PER_PAGE;
}

function partyOf({ pid, name, command }: Entry): Party | undefined {
  if (pid === process.pid) return 'bench';
  if (name === 'redis-server') return 'redis';
  if (name === 'postgres' || name === 'mongod') return 'database';
  return command.includes('/documentdb-gateway/') ? 'gateway' : undefined;
}

function readProcesses(): Entry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readProcess(Number(pid)) ?? []);
}

/**
 * A stat line is `pid (name) state ppid … utime stime cutime cstime …`; the name may hold spaces and parentheses. The
 * time of children that have ended is in their parent's line.
 */
function readProcess(pid: number): Entry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const nameEnd = stat.lastIndexOf(')');
    const fields = stat.slice(nameEnd + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return {
      pid,
      parentPid: Number(fields[1]),
      name: stat.slice(stat.indexOf('(') + 1, nameEnd),
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
      cpuMs: ticks * MS_PER_TICK,
    };
  } catch {
    // It ended between the listing and the reading.
    return undefined;
  }
}
