/** The parent holds stdin open; its end means that the parent is gone, by SIGKILL too. */
export function exitWithParent(): void {
  const end = () => process.kill(process.pid, 'SIGTERM');
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
}
