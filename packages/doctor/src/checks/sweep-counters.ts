import { defineCheck, ok, problemsOr, warn } from '../check.ts';

const TIMEOUT_MS = 5_000;
/** Counters of a worker that stay at zero if all is well, and the meaning of other values. */
const ZERO = {
  mcp_swept_total: 'the sweep repaired deliveries: a process died, or Redis lost jobs',
  mcp_superseded_total:
    'results were rejected because a lease had lapsed: a blocked event loop, or a slow database',
  mcp_abandoned_attempts: 'runs ignore their abort signal',
};
const LOOK = 'check the worker log around that time; a restart resets the counter';

/** Sums a metric over its labels, from Prometheus text. */
const sumOf = (text: string, name: string): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);

async function readMetrics(url: string, token: string | undefined): Promise<string | undefined> {
  try {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

/** Checks the worker of this machine; Prometheus adds up those of a fleet (`infra/prometheus`). */
export default defineCheck({
  async run({ env }) {
    const host = env.WORKER_HOST === '0.0.0.0' ? '127.0.0.1' : env.WORKER_HOST;
    const at = `${host}:${env.WORKER_PORT}`;
    const text = await readMetrics(`http://${at}`, env.WORKER_METRICS_TOKEN);
    if (text === undefined) return ok(`not checked: no worker answers at ${at}`);
    const wrong = Object.entries(ZERO).flatMap(([name, meaning]) => {
      const sum = sumOf(text, name);
      return sum > 0 ? [warn(`${name} is ${sum}: ${meaning}`, LOOK)] : [];
    });
    return problemsOr(wrong, `all zero at ${at}`);
  },
});
