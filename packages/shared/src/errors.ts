import createError from '@fastify/error';

/** Base of the errors whose cause is the state of the system, not the request: the same request may succeed later. */
class RetryableBase extends Error {
  get retryable(): true {
    return true;
  }
}

const createRetryable = <C extends string, S extends number>(code: C, message: string, status: S) =>
  createError<C, S>(code, message, status, RetryableBase as unknown as ErrorConstructor);

/**
 * Catalogue of the errors a caller can get: stable code, message (printf-style), HTTP status, and whether a repeat of
 * the same request makes sense. `docs/errors.md` is generated from this file. How an execution fails (`failure.kind`)
 * is a value; see schemas/execution.ts.
 */
export const Unauthenticated = createError(
  'unauthenticated',
  'Authentication is missing or no longer valid.',
  401,
);
export const BadCredentials = createError('bad_credentials', 'Wrong e-mail or password.', 401);
export const Forbidden = createError('forbidden', 'Not allowed: %s.', 403);
export const AdminRefused = createError('admin_refused', 'Registering as "%s" requires %s.', 403);
export const AccountExists = createError('account_exists', 'An account with this %s already exists.', 409);
export const InvalidRequest = createError('invalid_request', 'The request does not match its schema.', 400);
export const WeakPassword = createError(
  'weak_password',
  'This password is easy to guess; choose a longer or less common one.',
  400,
);
export const InvalidPayload = createError(
  'invalid_payload',
  'The payload does not match the input schema of %s.',
  400,
);
export const InvalidAnswer = createError('invalid_answer', 'An answer does not match its question.', 400);
export const MissingScope = createError('missing_scope', 'This API key lacks the scope "%s".', 403);
export const SessionRequired = createError(
  'session_required',
  'This endpoint requires a signed-in session, not an API key.',
  403,
);
export const StepUpRequired = createError(
  'step_up_required',
  'This needs your password of the last %d minutes: give it to POST /api/auth/step-up, then repeat the request.',
  403,
);
export const ResetRefused = createError(
  'reset_refused',
  'The reset token is unknown, already used or expired.',
  400,
);
export const LastAdmin = createError(
  'last_admin',
  'You cannot demote or disable the last active admin.',
  409,
);
export const TooManyApiKeys = createError(
  'too_many_api_keys',
  'You have %d API keys; delete one first.',
  409,
);
export const TooManyRequests = createRetryable('too_many_requests', 'Too many %s; try again later.', 429);
export const TwoCredentials = createError('two_credentials', 'Send only one credential.', 400);
export const PayloadTooLarge = createError(
  'payload_too_large',
  'The %s must not be larger than %d bytes.',
  413,
);
export const UnknownPlugin = createError('unknown_plugin', 'Unknown plugin "%s".', 404);
export const UnknownAction = createError('unknown_action', 'Plugin "%s" has no action "%s".', 404);
export const NotFound = createError('not_found', 'There is no %s with this id.', 404);
export const UnsupportedMediaType = createError(
  'unsupported_media_type',
  'The body must be uncompressed UTF-8 JSON with Content-Type: application/json.',
  415,
);
export const RequestTimeout = createError(
  'request_timeout',
  'The request did not arrive completely in time.',
  408,
);
export const HeadersTooLarge = createError('headers_too_large', 'The headers are too large.', 431);
export const PreconditionFailed = createError(
  'precondition_failed',
  'The resource does not match the If-Match or If-Unmodified-Since header.',
  412,
);
export const RangeNotSatisfiable = createError(
  'range_not_satisfiable',
  'The resource ends before the requested range.',
  416,
);
/** Sent by the reverse proxy (infra/nginx) when no API process can be reached. */
export const ApiUnavailable = createRetryable(
  'api_unavailable',
  'No API process is reachable. Repeat the request with the same Idempotency-Key.',
  503,
);
export const MailOff = createError(
  'mail_off',
  'This server sends no mail. Ask an administrator for a one-time link.',
  501,
);
export const SecretsOff = createError(
  'secrets_off',
  'This installation has no secrets: an operator must set SECRETS_KEY for the API and the workers.',
  501,
);
export const SecretUnreadable = createError(
  'secret_unreadable',
  'The stored secret cannot be read; delete it and store it again.',
  409,
);
export const TooManySecrets = createError(
  'too_many_secrets',
  'There are %d secrets already; delete one first.',
  409,
);
export const NotWaitingForInput = createError(
  'not_waiting_for_input',
  'This execution is %s and does not wait for input.',
  409,
);
export const NoSchedule = createError('no_schedule', 'This task has no schedule.', 409);
export const RouteNotFound = createError('route_not_found', 'There is no route %s.', 404);
export const IdempotencyConflict = createError(
  'idempotency_conflict',
  'This idempotency key was already used for a different request.',
  409,
);
export const TooManyUnfinished = createRetryable(
  'too_many_unfinished',
  'You have %d unfinished executions; wait until some have ended.',
  429,
);
export const ScheduleBacklog = createRetryable(
  'schedule_backlog',
  'The schedule has %d unfinished executions; fire times are skipped until some have ended.',
  429,
);
export const Overloaded = createRetryable(
  'overloaded',
  'The system has too much unfinished work; try again later.',
  503,
);
export const DatabaseUnavailable = createRetryable(
  'database_unavailable',
  'The database is unavailable. Nothing was lost; repeat the request.',
  503,
);
export const AcceptUnknown = createRetryable(
  'accept_unknown',
  'It is unknown whether the work was stored. It is safe to repeat the request with the same Idempotency-Key.',
  503,
);
export const OriginRefused = createError(
  'origin_refused',
  'Requests from pages of this origin are not allowed.',
  403,
);
export const HostRefused = createError(
  'host_refused',
  'Host name not allowed. Set PUBLIC_URL, or add the name to ALLOWED_HOSTS.',
  403,
);
export const MethodNotAllowed = createError('method_not_allowed', 'Method %s is not allowed.', 405);
export const UpgradeRequired = createError('upgrade_required', 'WebSocket upgrade required.', 426);
export const MarketplaceOff = createError(
  'marketplace_off',
  'The marketplace is off; set MARKETPLACE_REGISTRY for APIs and workers.',
  409,
);
export const RegistryUnavailable = createRetryable(
  'registry_unavailable',
  'The package registry is unreachable or does not respond as a registry does; nothing was changed.',
  503,
);
export const UnknownPackage = createError('unknown_package', 'The registry has no package %s.', 404);
export const PackageRefused = createError('package_refused', 'Package %s %s.', 422);
export const PackageConflict = createError('package_conflict', 'Package %s %s.', 409);
export const TooManySockets = createRetryable(
  'too_many_sockets',
  'You have %d open sockets; close one first.',
  429,
);
export const EventsUnavailable = createRetryable(
  'events_unavailable',
  'Live events need Redis, which is unavailable.',
  503,
);
export const Busy = createRetryable('busy', 'Too many %s at once; try again in a moment.', 503);
export const InternalError = createError('internal_error', 'Internal server error.', 500);
