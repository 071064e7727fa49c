import type { DemoAccount } from './demo-account.ts';
import type { FirstTask } from './first-task.ts';

const toJson = (value: unknown) => JSON.stringify(value, null, 2);

/** The first task with its real requests and responses. */
export function describeFirstTask(
  account: DemoAccount,
  { task, accepted, execution, stored }: FirstTask,
): string {
  return `
A first task, run as ${account.email}:

POST /api/tasks
${toJson(task)}

POST /api/tasks/${String(task['id'])}/execute
${toJson(accepted)}

GET /api/executions/${String(accepted['executionId'])}?wait=30
${toJson(execution)}

The PluginExecution, read back from the database:
${toJson(stored)}
`;
}

/** Places and secrets that a person needs to go on. */
export interface NextSteps {
  email: string;
  accountFile: string;
  key: string;
  logDir: string;
}

/** Ten lines about what to open and call next. */
export function describeUse(url: string, { email, accountFile, key, logDir }: NextSteps): string {
  const call = `{"plugin":"sample","action":"echo","payload":{"message":"Hello!"}}`;
  return `Try it:        curl -X POST ${url}/mcp/execute -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d '${call}'
Key:           ${key} (tasks, calls and MCP of the demo account)
MCP endpoint:  ${url}/mcp with the header X-API-Key
MCP client:    claude mcp add --transport http mcp-server ${url}/mcp --header 'X-API-Key: ${key}'
API docs:      ${url}/docs (every request can be tried there)
Dashboard:     ${url}/admin/queues (register an account with the role admin first: docs/quick-start.md)
Demo account:  ${email}, its password is in ${accountFile}
Health:        ${url}/health
Logs:          ${logDir} (api.log, worker.log)
Everything is up. Ctrl-C stops it.`;
}
