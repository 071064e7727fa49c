import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Fetched from the npm registry when it is asked for: it brings a whole browser application with it. */
const PACKAGE = '@modelcontextprotocol/inspector@2.12.0';

export type Era = 'legacy' | 'modern';

/** Runs the Inspector's CLI once and resolves to the JSON that it prints. @throws {Error} when it exits with an error. */
export async function inspect(
  { url, apiKey, era }: { url: string; apiKey: string; era: Era },
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const { NODE_OPTIONS: _loader, ...env } = process.env;
  const child = spawn(
    'npx',
    [
      ...['-y', '-p', PACKAGE, 'mcp-inspector', '--cli', `${url}/mcp`, '--transport', 'http'],
      ...['--protocol-era', era, '--header', `X-API-Key: ${apiKey}`, ...args, '--format', 'json'],
    ],
    // npm's settings of this tree would keep npx from laying out a package.
    { env: { ...env, npm_config_package_lock_only: 'false' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the Inspector exited with ${code}:\n${stderr}\n${stdout}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Lists tools, echoes and follows a sleeping call to its end, in one era. Resolves to what was seen. */
export async function inspectEverything(server: {
  url: string;
  apiKey: string;
  era: Era;
}): Promise<string[]> {
  const { tools } = (await inspect(server, ['--method', 'tools/list'])) as { tools: { name: string }[] };
  const call = (name: string, input: object) =>
    inspect(server, [
      '--method',
      'tools/call',
      '--tool-name',
      name,
      '--tool-args-json',
      JSON.stringify(input),
    ]);
  const echo = await call('sample__echo', { message: 'hello' });
  const sleep = await call('sample__sleep', { ms: 5_000 });
  for (const [name, answer, wanted] of [
    ['sample__echo', echo, 'hello'],
    ['sample__sleep', sleep, '5000'],
  ] as const) {
    if (!JSON.stringify(answer).includes(wanted)) {
      throw new Error(`${server.era}: ${name} answered ${JSON.stringify(answer)}`);
    }
  }
  return [
    `Inspector 2.12, ${server.era}: ${tools.length} tools listed, sample__echo answered, sample__sleep (5 s) followed to its end.`,
  ];
}
