import { errors, type Role, type Scope } from '@mcp-server/shared';

/** Caller of a request, reduced to what decisions need. */
interface Caller {
  userId: string;
  role: Role;
}

/** A signed-in person. */
export interface SessionPrincipal extends Caller {
  sessionId: string;
}

/** A machine with an API key, limited to its scopes and to the rights of its owner. */
export interface KeyPrincipal extends Caller {
  keyId: string;
  /** Public part of the key. */
  keyPrefix: string;
  scopes: readonly Scope[];
}

export type Principal = SessionPrincipal | KeyPrincipal;

/** Requires a person. @throws {errors.SessionRequired} */
export function sessionOf(principal: Principal): SessionPrincipal {
  if ('sessionId' in principal) return principal;
  throw new errors.SessionRequired();
}

/** Restricts a query to what the caller may see: everything for admins, otherwise their own. */
export const visibleTo = ({ role, userId }: Principal): { ownerId?: string } =>
  role === 'admin' ? {} : { ownerId: userId };
