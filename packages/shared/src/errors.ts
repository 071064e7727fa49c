import createError from '@fastify/error';

/**
 * Every error a caller can meet: stable code, HTTP status, message (printf-style). `docs/errors.md` is generated
 * from this file. Outcomes of an execution (`failure.kind`) are values and stand in schemas/execution.ts.
 */
export const Unauthenticated = createError(
  'unauthenticated',
  'Authentication is required or no longer valid.',
  401,
);
export const BadCredentials = createError('bad_credentials', 'E-mail or password is wrong.', 401);
export const Forbidden = createError('forbidden', 'Your role or key does not allow this: %s', 403);
export const AdminRefused = createError('admin_refused', 'A role above "user" is not given here: %s', 403);
export const AccountExists = createError('account_exists', 'An account with this %s exists already.', 409);
export const InvalidRequest = createError('invalid_request', 'The request does not fit its schema.', 400);
export const InvalidPayload = createError(
  'invalid_payload',
  'The payload does not fit the input schema of %s.',
  400,
);
export const InvalidAnswer = createError(
  'invalid_answer',
  'An answer does not fit what the execution asked for.',
  400,
);
export const MissingScope = createError('missing_scope', 'This API key lacks the scope %s.', 403);
export const SessionRequired = createError(
  'session_required',
  'This takes a session: an API key does not open it.',
  403,
);
export const ResetRefused = createError(
  'reset_refused',
  'The reset token is unknown, was used or is too old.',
  400,
);
export const LastAdmin = createError('last_admin', 'The last active admin has to stay one.', 409);
export const TooManyApiKeys = createError(
  'too_many_api_keys',
  'You have %d API keys; delete one first.',
  409,
);
export const TooManyRequests = createError('too_many_requests', 'Too many %s; try again later.', 429);
export const TwoCredentials = createError('two_credentials', 'Send one credential, not several.', 400);
export const PayloadTooLarge = createError('payload_too_large', 'The %s is larger than %d bytes.', 413);
export const UnknownPlugin = createError('unknown_plugin', 'No plugin %s was ever seen here.', 404);
export const UnknownAction = createError('unknown_action', 'Plugin %s has no action %s.', 404);
export const NotFound = createError('not_found', 'There is no %s with this id.', 404);
export const UnsupportedMediaType = createError(
  'unsupported_media_type',
  'The body must be JSON with Content-Type: application/json.',
  415,
);
/** Written by the reverse proxy (infra/nginx), when there is nobody else to say so. */
export const ApiUnavailable = createError(
  'api_unavailable',
  'No API answers. Repeat the request with the same Idempotency-Key.',
  503,
);
export const NotWaitingForInput = createError(
  'not_waiting_for_input',
  'This execution is %s and waits for no answer.',
  409,
);
export const NoSchedule = createError('no_schedule', 'This task has no schedule.', 409);
export const RouteNotFound = createError('route_not_found', 'There is nothing at %s.', 404);
export const IdempotencyConflict = createError(
  'idempotency_conflict',
  'This idempotency key was used with another request.',
  409,
);
export const TooManyUnfinished = createError(
  'too_many_unfinished',
  'You have %d unfinished executions; wait until some have ended.',
  429,
);
export const Overloaded = createError(
  'overloaded',
  'The system holds too much unfinished work; try again later.',
  503,
);
export const DatabaseUnavailable = createError(
  'database_unavailable',
  'The database does not answer. Nothing was lost; repeat the request.',
  503,
);
export const AcceptUnknown = createError(
  'accept_unknown',
  'Whether the work was stored is not known. Repeating the request with the same Idempotency-Key is safe.',
  503,
);
export const OriginRefused = createError('origin_refused', 'Pages of this origin may not do this.', 403);
export const HostRefused = createError(
  'host_refused',
  'This is not a name of this server: see MCP_ALLOWED_HOSTS.',
  403,
);
export const MethodNotAllowed = createError('method_not_allowed', '%s is not for this path.', 405);
export const UpgradeRequired = createError('upgrade_required', 'This takes a WebSocket.', 426);
export const TooManySockets = createError(
  'too_many_sockets',
  'You have %d open sockets; close one first.',
  429,
);
export const EventsUnavailable = createError(
  'events_unavailable',
  'Live events need Redis, which does not answer.',
  503,
);
export const Busy = createError('busy', 'Too many %s at once; try again in a moment.', 503);
export const InternalError = createError('internal_error', 'Something went wrong on our side.', 500);
