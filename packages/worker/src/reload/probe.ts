import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PluginError } from '@mcp-server/plugin-sdk';

import type { Probed, ProbeMessage } from './probe-messages.ts';

const ENTRY = fileURLToPath(new URL(`./probe-child${extname(import.meta.url)}`, import.meta.url));
/** Ends the process with its worker, even if it is in an endless loop and the worker was killed. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
/** The process itself reports an import that waits for too long; one in an endless loop cannot. */
const REPORT_MS = 500;

/**
 * Imports plugins in a process of their own, which an endless loop or a crash may take down: the one it was importing is broken,
 * and another process goes on with the rest. Resolves to the error of each plugin that cannot be used, by its entry.
 */
export async function probePlugins(
  plugins: readonly Probed[],
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<Map<string, PluginError>> {
  const broken = new Map<string, PluginError>();
  let rest = plugins;
  while (rest.length > 0) {
    signal?.throwIfAborted();
    const { judged, errors } = await probeUntilDead(rest, { timeoutMs, signal });
    for (const [entry, error] of errors) broken.set(entry, error);
    rest = rest.slice(judged);
  }
  return broken;
}

interface Judgement {
  /** Plugins that are known to be usable or broken; at least one. */
  judged: number;
  errors: Map<string, PluginError>;
}

async function probeUntilDead(
  plugins: readonly Probed[],
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Judgement> {
  const errors = new Map<string, PluginError>();
  let judged = 0;
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  const child = startProbe();
  const kill = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  child.on('message', (message: ProbeMessage) => {
    clearTimeout(timer);
    const { entry = '' } = plugins[message.index] ?? {};
    if (message.kind === 'begun')
      timer = setTimeout(() => {
        isLate = true;
        kill();
      }, timeoutMs + REPORT_MS);
    else judged = message.index + 1;
    if (message.kind === 'broken') errors.set(entry, toError(message));
    if (judged === plugins.length) kill();
  });
  const exited = once(child, 'close').then(
    ([code, killedBy]: unknown[]) => String(killedBy ?? code),
    (error: unknown) => String(error),
  );
  child.send({ plugins, timeoutMs }, () => undefined);
  const exit = await exited;
  clearTimeout(timer);
  signal?.removeEventListener('abort', kill);
  const guilty = plugins[judged];
  if (!guilty) return { judged, errors };
  const problem = isLate
    ? `it was not loaded within ${timeoutMs} ms (PLUGIN_LOAD_MS); does it have an endless loop?`
    : `the process that loaded it ended with ${exit}`;
  errors.set(
    guilty.entry,
    new PluginError(`Plugin ${fileURLToPath(guilty.entry)}`, [`cannot be loaded: ${problem}`]),
  );
  return { judged: judged + 1, errors };
}

/** Starts a process that sees what the worker sees; its output is dropped, because the worker imports the same code after it. */
function startProbe(): ChildProcess {
  const conditions = process.execArgv.filter((argument) => argument.startsWith('--conditions'));
  const command = [process.execPath, ...conditions, ENTRY];
  const [file = '', ...args] = SETPRIV === undefined ? command : [SETPRIV, '--pdeathsig', 'KILL', ...command];
  return spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
}

function toError({ subject, problems, stack }: ProbeMessage & { kind: 'broken' }): PluginError {
  const cause = stack === undefined ? undefined : Object.assign(new Error(problems.join('; ')), { stack });
  return new PluginError(subject, problems, cause ? { cause } : {});
}
