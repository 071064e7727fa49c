import { errors, type Role, type Scope } from '@mcp-server/shared';

/** Who makes a request, as far as it matters to decisions. */
interface Caller {
  userId: string;
  role: Role;
}

/** A person who logged in. */
export interface SessionPrincipal extends Caller {
  sessionId: string;
}

/** A machine with an API key; it can do what its scopes say, and never more than its owner. */
export interface KeyPrincipal extends Caller {
  keyId: string;
  /** The public part of the key. */
  keyPrefix: string;
  scopes: readonly Scope[];
}

export type Principal = SessionPrincipal | KeyPrincipal;

/** For what only a person may do. @throws {errors.SessionRequired} */
export function sessionOf(principal: Principal): SessionPrincipal {
  if ('sessionId' in principal) return principal;
  throw new errors.SessionRequired();
}

/** Restricts a query to what the caller may see: admins see everything, everybody else what is theirs. */
export const visibleTo = ({ role, userId }: Principal): { ownerId?: string } =>
  role === 'admin' ? {} : { ownerId: userId };
