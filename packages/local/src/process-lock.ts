import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { isSystemError } from './system-error.ts';

const RETRY_MS = 200;

/** Who holds a lock: the process id alone could belong to a later process, hence its start time. */
interface Holder {
  readonly pid: number;
  readonly startTime: string;
}

export interface ProcessLock {
  release(): void;
}

/** Takes the lock file, or returns the process id of the living holder. A dead holder's lock is taken over. */
export function tryLock(path: string): ProcessLock | number {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  try {
    for (;;) {
      try {
        // A link appears with its content and fails when the name is taken: a lock is never seen half written.
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

/** Waits for the lock; `onWait` is called once when another living process holds it. */
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

/** Removes a dead holder's lock. Another process may have done so and taken the lock already: that one is put back. */
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
 * The kernel's start time of a process (field 22 of its stat line); empty where there is no /proc, and for a zombie: it
 * has ended, only its parent has not taken note yet.
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
