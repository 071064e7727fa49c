import { execa } from 'execa';

/** Downloaded by npx when needed, because it contains a whole browser application. */
const PACKAGE = '@modelcontextprotocol/inspector@2.12.0';

export type Era = 'legacy' | 'modern';

/** Runs the Inspector's CLI once and resolves to the printed result. @throws {Error} if it exits with an error. */
async function inspect(
  { url, apiKey, era }: { url: string; apiKey: string; era: Era },
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const { NODE_OPTIONS: _loader, ...env } = process.env;
  const { stdout } = await execa(
    'npx',
    [
      '-y',
      '-p',
      PACKAGE,
      'mcp-inspector',
      '--cli',
      `${url}/mcp`,
      '--transport',
      'http',
      '--protocol-era',
      era,
      '--header',
      `X-API-Key: ${apiKey}`,
      ...args,
      '--format',
      'json',
    ],
    // The npm settings of this repository would keep npx from installing a package.
    { env: { ...env, npm_config_package_lock_only: 'false' }, extendEnv: false, stdin: 'ignore' },
  );
  return (JSON.parse(stdout) as { result: Record<string, unknown> }).result;
}

/** A call that becomes an mcpTask takes one request to start, and one for each poll. */
const MIN_FOLLOWING_REQUESTS = 3;
const SLEEP_MS = 5_000;

/**
 * Lists tools, calls echo and follows a sleeping call to its end, in one era. `countRequests` returns the number of
 * answered requests, which shows that the call was followed. Resolves to a summary.
 */
export async function inspectEverything(
  server: { url: string; apiKey: string; era: Era },
  countRequests: () => number,
): Promise<string> {
  const { tools } = (await inspect(server, ['--method', 'tools/list'])) as { tools: { name: string }[] };
  const call = async (name: string, input: object, wanted: string) => {
    const args = ['--tool-name', name, '--tool-args-json', JSON.stringify(input)];
    const answer = JSON.stringify(await inspect(server, ['--method', 'tools/call', ...args]));
    if (!answer.includes(wanted)) throw new Error(`${server.era}: ${name} answered ${answer}`);
  };
  await call('sample__echo', { message: 'hello' }, 'hello');
  const before = countRequests();
  await call('sample__sleep', { ms: SLEEP_MS }, String(SLEEP_MS));
  const requests = countRequests() - before;
  if (server.era === 'modern' && requests < MIN_FOLLOWING_REQUESTS)
    throw new Error(`sample__sleep took ${requests} requests: it was not followed as an mcpTask`);
  return (
    `Inspector 2.12, ${server.era} era, API key in a header: ${tools.length} tools listed, sample__echo answered, ` +
    `sample__sleep of ${SLEEP_MS / 1_000} s came to its end (${requests} requests).`
  );
}
