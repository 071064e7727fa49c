import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { type Action, FatalError, type Plugin, PluginError, RetryableError } from '@mcp-server/plugin-sdk';
import {
  type AttemptEnd,
  type AttemptHost,
  describeError,
  runAttempt,
  type SecretValue,
  StopError,
  type StopReason,
} from '@mcp-server/plugin-sdk/attempt';
import { toSchemaText } from '@mcp-server/plugin-sdk/check';
import { KnownSecrets } from '@mcp-server/plugin-sdk/masking';

import { readPlugin } from '../catalogue/read-plugin.ts';
import type { FromProcess, PluginDescription, ProcessEnd, ToProcess } from './messages.ts';

/**
 * Process of one package, for one description or one attempt. It has no environment, may read the files of its package and
 * of the libraries below it, and starts no process; see `launch.ts`.
 */
const channel = new Socket({ fd: 3 });
const controller = new AbortController();
const waiting = new Map<number, PromiseWithResolvers<string | undefined>>();
const waitingSecrets = new Map<number, PromiseWithResolvers<SecretValue>>();
let lastId = 0;

const send = (message: FromProcess): void => void channel.write(`${JSON.stringify(message)}\n`);
const sendLast = (message: FromProcess): void =>
  void channel.end(`${JSON.stringify(message)}\n`, () => process.exit());

async function loadPlugin(entry: string): Promise<Plugin> {
  const { default: value } = (await import(entry)) as { default?: unknown };
  return readPlugin(fileURLToPath(entry), value);
}

const describeAction = (name: string, action: Action): PluginDescription['actions'][number] => ({
  name,
  title: action.title,
  description: action.description,
  inputSchema: toSchemaText(action.input, 'input'),
  outputSchema: toSchemaText(action.output, 'output'),
  timeoutMs: action.timeoutMs,
  retry: action.retry,
  onCrash: action.onCrash,
  annotations: action.annotations,
  ...(action.cache ? { cache: action.cache } : {}),
  ...(action.publicName === undefined ? {} : { publicName: action.publicName }),
  isTool: action.isTool,
  tool: action.tool,
  hasContent: action.toContent !== undefined,
});

async function describe(entry: string): Promise<PluginDescription> {
  const plugin = await loadPlugin(entry);
  const { contractVersion, id, version, pool, title, description, resources, prompts } = plugin;
  if (plugin.settings && !plugin.settings.safeParse({}).success)
    throw new PluginError(`Plugin "${id}"`, [
      'needs settings; a package of the marketplace gets their defaults only',
    ]);
  const actions = Object.entries(plugin.actions).map(([name, action]) => describeAction(name, action));
  const lists = { resources: [...resources], prompts: [...prompts] };
  return { contractVersion, id, version, pool, title, description, actions, ...lists };
}

function step(call: 'read' | 'start' | 'end', name: string, result?: string): Promise<string | undefined> {
  const id = (lastId += 1);
  const answer = Promise.withResolvers<string | undefined>();
  waiting.set(id, answer);
  send({ kind: 'step', id, call, name, ...(result === undefined ? {} : { result }) });
  return answer.promise;
}

function readSecret(name: string): Promise<SecretValue> {
  const id = (lastId += 1);
  const answer = Promise.withResolvers<SecretValue>();
  waitingSecrets.set(id, answer);
  send({ kind: 'secret', id, name });
  return answer.promise;
}

async function run(order: ToProcess & { kind: 'run' }): Promise<ProcessEnd> {
  const plugin = await loadPlugin(order.entry);
  const action = Object.hasOwn(plugin.actions, order.action) ? plugin.actions[order.action] : undefined;
  if (!action) throw new Error(`the package has no action "${order.action}"`);
  const host: AttemptHost = {
    maxResultBytes: order.maxResultBytes,
    abandonAfterMs: order.abandonAfterMs,
    steps: {
      storedBytes: order.storedStepBytes,
      read: (name) => step('read', name),
      start: async (name) => void (await step('start', name)),
      end: async (name, result) => void (await step('end', name, result)),
    },
    secrets: new KnownSecrets(),
    readSecret,
    noteReading: (reading) => send({ kind: 'reading', reading }),
    writeLog: (level, text) => send({ kind: 'log', level, text }),
    reportProgress: (progress) => send({ kind: 'progress', ...progress }),
    onAbandoned: () => undefined,
  };
  const settings: unknown = plugin.settings?.parse({}) ?? {};
  return toProcessEnd(await runAttempt(action, { ...order.request, settings }, host, controller));
}

function toProcessEnd(end: AttemptEnd): ProcessEnd {
  if (end.kind === 'input_required') return { kind: end.kind, inputs: [...end.inputs] };
  return end.kind === 'cancelled' || end.kind === 'hand_back' || end.kind === 'lease_lost'
    ? { kind: 'stopped' }
    : end;
}

function follow(order: ToProcess): void {
  switch (order.kind) {
    case 'describe':
      describe(order.entry).then(
        (plugin) => sendLast({ kind: 'described', plugin }),
        (error: unknown) => sendLast(toBroken(order.entry, error)),
      );
      break;
    case 'run':
      run(order).then(
        (end) => sendLast({ kind: 'ended', end }),
        (error: unknown) =>
          sendLast({ kind: 'ended', end: { kind: 'failed', failure: describeError(error) } }),
      );
      break;
    case 'abort':
      controller.abort(new StopError(order.reason as StopReason));
      break;
    case 'secret': {
      const answer = waitingSecrets.get(order.id);
      const { secret, failure } = order;
      waitingSecrets.delete(order.id);
      if (secret) answer?.resolve(secret);
      else answer?.reject(toSecretError(failure));
      break;
    }
    case 'step': {
      const answer = waiting.get(order.id);
      waiting.delete(order.id);
      if (order.isLost) answer?.reject(new StopError('lease_lost'));
      else answer?.resolve(order.result);
    }
  }
}

function toSecretError(failure: (ToProcess & { kind: 'secret' })['failure']): Error {
  const { message = 'The secret could not be read.', code, isFatal = false } = failure ?? {};
  const options = code === undefined ? {} : { code };
  return isFatal ? new FatalError(message, options) : new RetryableError(message, options);
}

function toBroken(entry: string, error: unknown): FromProcess {
  const isDeclaration = error instanceof Error && error.name === 'PluginError';
  const { subject, problems } = error as PluginError;
  return isDeclaration
    ? { kind: 'broken', subject, problems: [...problems] }
    : {
        kind: 'broken',
        subject: `Plugin ${fileURLToPath(entry)}`,
        problems: [`cannot be loaded: ${describeError(error).message}`],
      };
}

createInterface({ input: channel }).on('line', (line) => follow(JSON.parse(line) as ToProcess));
// The worker has died.
channel.on('close', () => process.exit());
