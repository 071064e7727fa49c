/** The parent holds stdin open. Its end means that the parent is gone, even after SIGKILL. */
export function exitWithParent(): void {
  const end = () => process.kill(process.pid, 'SIGTERM');
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
}
