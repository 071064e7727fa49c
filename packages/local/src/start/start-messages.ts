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

/** Commands that repeat the first task by hand. */
export function describeUse(url: string, account: DemoAccount): string {
  return `To repeat it by hand:

TOKEN=$(curl -s -X POST ${url}/api/auth/login -H 'Content-Type: application/json' -d '${JSON.stringify({ email: account.email, password: account.password })}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')
curl -X POST ${url}/api/tasks -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"title":"My First Task","plugin":"sample","action":"echo","payload":{"message":"Hello from task!"}}'
curl -X POST ${url}/api/tasks/TASK_ID/execute -H "Authorization: Bearer $TOKEN"
curl -X POST ${url}/mcp/execute -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"plugin":"sample","action":"echo","payload":{"message":"Authenticated plugin execution!"}}'
curl ${url}/health

Everything is up. Ctrl-C stops it.`;
}
