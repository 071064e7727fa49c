import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second. */
const MS_PER_TICK = 10;

/** CPU milliseconds of the children of this process that have ended, and of what they waited for; 0 without `/proc`. */
function readChildrenCpuMs(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // Behind the name, which may hold spaces: the 14th and 15th fields are the times of ended children.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK;
  } catch {
    return 0;
  }
}

let seenMs = readChildrenCpuMs();

/**
 * CPU milliseconds of the child that has just ended: what was added since the last call. Called once for each child, in
 * its `exit` event.
 */
export function takeEndedCpuMs(): number {
  const nowMs = readChildrenCpuMs();
  const endedMs = nowMs - seenMs;
  seenMs = nowMs;
  return endedMs;
}
