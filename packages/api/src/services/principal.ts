import type { Role } from '@mcp-server/shared';

/** Who makes a request, as far as it matters to decisions. */
export interface Principal {
  userId: string;
  role: Role;
  sessionId: string;
}

/** Restricts a query to what the caller may see: admins see everything, everybody else what is theirs. */
export const visibleTo = ({ role, userId }: Principal): { ownerId?: string } =>
  role === 'admin' ? {} : { ownerId: userId };
