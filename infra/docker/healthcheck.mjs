// Exits 0 if this container's process answers on /health. The argument names the variable with its port. The request
// uses loopback, so it works whether or not the process listens on other addresses.
const TIMEOUT_MS = 4_000;

const port = process.env[process.argv[2] ?? ''];
const isHealthy = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  .then((response) => response.ok)
  .catch(() => false);
process.exitCode = isHealthy ? 0 : 1;
