/** The official extension for mcpTasks (SEP-2663), as clients and server declare it. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** In `_meta` of a call: the same as the header `Idempotency-Key`, for clients that cannot set headers. */
export const IDEMPOTENCY_META = 'mcp-server/idempotencyKey';

/** In `_meta` of a call: `true` runs the tool even if an earlier result could be used. */
export const NO_CACHE_META = 'mcp-server/noCache';

/** In `_meta` of a tool result that is an error: the code from docs/errors.md, or the failure's kind and code. */
export const PROBLEM_META = 'mcp-server/problem';

/** The tools of the server itself, for clients without the Tasks extension. */
export const TASK_GET = 'task_get';
export const TASK_CANCEL = 'task_cancel';

/** Code of a `FatalError` with which an action blames the call, not the work: the mcpTask is then `failed`. */
export const PROTOCOL_ERROR_CODE = 'PROTOCOL_ERROR';
