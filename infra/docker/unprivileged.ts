/** Wraps a command to run like a container's user: no root, no additional groups, no way to gain rights. */
export function asUser(userId: number, command: readonly string[]): string[] {
  if (process.getuid?.() !== 0) return [...command];
  const id = String(userId);
  return ['setpriv', '--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs', ...command];
}
