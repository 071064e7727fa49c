// Exit 0 when this container's process answers on /health. The argument names the variable that holds its port; the
// process is asked by loopback, so that it works whether or not it listens beyond it.
const TIMEOUT_MS = 4_000;

const port = process.env[process.argv[2] ?? ''];
const isHealthy = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  .then((response) => response.ok)
  .catch(() => false);
process.exitCode = isHealthy ? 0 : 1;
