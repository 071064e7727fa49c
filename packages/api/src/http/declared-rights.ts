import type { Scope } from '@mcp-server/shared';
import type { RouteOptions } from 'fastify';

import { problem } from './responses.ts';
import { STEP_UP_HINT } from './step-up.ts';

/**
 * Access to a route: everyone, all signed-in callers, or callers with at least this role. `public` routes can still
 * identify a caller with `authenticate`.
 */
export type Access = 'public' | 'signed-in' | 'developer' | 'admin';

/**
 * Owner of the records that a route touches. `own`: the caller, for admins too; `own-or-admin`: the caller, or anyone for
 * admins; `shared`: none that belongs to a user, or only records that the role opens.
 */
export type Ownership = 'own' | 'own-or-admin' | 'shared';

declare module 'fastify' {
  interface FastifyContextConfig {
    access: Access;
    /** Scope that an API key needs for the route; `any` for every key. `session`: the route takes no keys. */
    scope?: Scope | 'any' | 'session';
    ownership: Ownership;
    /** The session must have given its password within the last ten minutes; a fresh sign-in counts. */
    stepUp?: true;
  }
}

/** Requires that a route declares its rights, and documents them. @throws {Error} so that the process does not start */
export function declareRights(route: RouteOptions): void {
  const name = `${String(route.method)} ${route.url}`;
  const { access, scope, ownership, stepUp } = route.config ?? {};
  if (!access) throw new Error(`${name} does not declare its access`);
  if (stepUp && scope !== 'session')
    throw new Error(`${name} declares a step-up, so it must take sessions only`);
  if (!ownership) throw new Error(`${name} does not declare its ownership`);
  if (access !== 'public' && scope === undefined)
    throw new Error(`${name} does not declare the scope that a key needs`);
  if (route.schema?.hide === true) return;
  const { response, description } = route.schema ?? {};
  const hint = stepUp ? STEP_UP_HINT : undefined;
  const text = [description, hint].filter(Boolean).join(' ');
  route.schema = {
    ...(access === 'public' ? {} : { security: toSecurity(access, scope) }),
    ...route.schema,
    ...(text ? { description: text } : {}),
    response: { ...(response as object), ...problemsOf(route) },
  };
}

/** Credentials that a route takes. OpenAPI 3.1 lists the role and the scope that are needed in the brackets. */
function toSecurity(
  access: Exclude<Access, 'public'>,
  scope: Scope | 'any' | 'session' | undefined,
): Record<string, string[]>[] {
  const bearer = { bearer: access === 'signed-in' ? [] : [access] };
  if (scope === 'session') return [bearer];
  return [bearer, { apiKey: scope === undefined || scope === 'any' ? [] : [scope] }];
}

/** Responses that follow from the declaration. Every route refuses host names of others with a 403. */
function problemsOf({ config }: RouteOptions): Record<number, object | undefined> {
  return {
    ...(config?.access === 'public' ? {} : { 401: problem(401) }),
    ...(config?.anyHost === true ? {} : { 403: problem(403), 429: problem(429) }),
  };
}
