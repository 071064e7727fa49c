/**
 * Calls `stop` once when the parent is gone. The parent holds the other end of this process's stdin; it closes with the
 * parent, also after SIGKILL. Works on every system, unlike a watch by the kernel.
 */
export function whenParentIsGone(stop: () => void): void {
  process.stdin.once('end', stop).once('error', stop).resume();
}
