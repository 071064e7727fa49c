/**
 * Calls `stop` once when the parent is gone. The parent holds the other end of this process's stdin; that end closes
 * with the parent, also when it is killed by SIGKILL. Works on every system, which a kernel's watch does not.
 */
export function whenParentIsGone(stop: () => void): void {
  process.stdin.once('end', stop).once('error', stop).resume();
}
