/**
 * With `EXIT_WITH_PARENT=1` stdin is a pipe whose other end the parent holds: its end, which comes after a SIGKILL of
 * the parent too, stops this process gracefully.
 */
export function exitWithParent(flag: string | undefined): void {
  if (flag !== '1') return;
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.resume();
}
