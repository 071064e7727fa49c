import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { isSystemError } from './system-error.ts';

const RETRY_MS = 200;

/** Holder of a lock. The start time detects that a later process has the same id. */
interface Holder {
  readonly pid: number;
  readonly startTime: string;
}

export interface ProcessLock {
  release(): void;
}

/** Takes the lock file, or returns the process id of its holder. Takes over the lock of a dead process. */
export function tryLock(path: string): ProcessLock | number {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  try {
    for (;;) {
      try {
        // A link is created with its content and fails if the name exists, so a lock is never half written.
        linkSync(own, path);
        return { release: () => rmSync(path, { force: true }) };
      } catch (error) {
        if (!isSystemError(error, 'EEXIST')) throw error;
      }
      const holder = readHolder(path);
      if (holder !== undefined && isAlive(holder)) return holder.pid;
      discardStale(path, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Waits for the lock. Calls `onWait` once if another process holds it. */
export async function lock(path: string, onWait: (pid: number) => void): Promise<ProcessLock> {
  let hasWaited = false;
  for (;;) {
    const result = tryLock(path);
    if (typeof result !== 'number') return result;
    if (!hasWaited) onWait(result);
    hasWaited = true;
    await delay(RETRY_MS);
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Deletes the lock of a dead process. If another process has taken the lock in the meantime, restores it. */
function discardStale(path: string, stale: Holder | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    const moved = readHolder(aside);
    if (moved !== undefined && moved.pid !== stale?.pid && isAlive(moved)) linkSync(aside, path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT') && !isSystemError(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
  return holder.startTime === startTimeOf(holder.pid);
}

/**
 * Start time of a process in kernel ticks (field 22 of its stat line). Empty without /proc and for a zombie, which has
 * ended although its parent has not collected it.
 */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
