import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { runEnvironment } from '@mcp-server/testing';

import type { BrokenSetup, ProcessKind } from './broken-setup.ts';
import { Place } from './place.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_WITHIN_MS = 60_000;
const PROCESS_WITHIN_MS = 10_000;
/** Lines of the output that a failure shows. */
const SHOWN_LINES = 20;
/** Time that the kernel may take to end the children of a process that has ended. */
const ORPHANS_END_MS = 1_000;

export type Subject = ProcessKind | 'npm start';

export interface SetupResult {
  subject: Subject;
  /** Time until it had ended by itself. */
  ms: number;
  /** The line that named what is wrong. */
  line: string;
  /** Its faults; empty if it did everything right. */
  faults: string[];
}

interface Ended {
  code: number | null;
  ms: number;
  output: string;
  orphans: string[];
}

export interface RunOptions {
  /** Runs the API and the worker, each alone. */
  isBare: boolean;
  /** Runs `npm start`. */
  hasStart: boolean;
}

/** Runs the processes that a setup breaks, one after another. */
export async function runSetup(setup: BrokenSetup, { isBare, hasStart }: RunOptions): Promise<SetupResult[]> {
  const place = await Place.open();
  try {
    const changes = await setup.arrange(place);
    const env = { ...place.soundEnv, ...changes };
    const subjects: Subject[] = [
      ...(isBare ? (setup.breaks ?? ['api' as const, 'worker' as const]) : []),
      ...(hasStart ? ['npm start' as const] : []),
    ];
    const results: SetupResult[] = [];
    for (const subject of subjects) {
      const limitMs = await limitOf(subject, setup, env);
      // The other process would end as well, and its reason might come first.
      const sound: Record<string, string> =
        subject === 'npm start' && setup.breaks ? { MONGODB_URI: place.mongodbUri } : {};
      const ended = await runToEnd(subject, { ...env, ...sound, ...changes }, limitMs);
      results.push(await judge(setup, place, subject, ended, limitMs));
    }
    return results;
  } finally {
    await place.close();
  }
}

/** A setup that must be noticed soon is measured from the end of a process that has only loaded its code. */
async function limitOf(
  subject: Subject,
  { soonMs }: BrokenSetup,
  env: Record<string, string>,
): Promise<number> {
  if (subject === 'npm start') return START_WITHIN_MS;
  if (soonMs === undefined) return PROCESS_WITHIN_MS;
  const { ms } = await runToEnd(subject, { ...env, ENV_FILE: '/dev/null/.env' }, PROCESS_WITHIN_MS);
  return Math.round(ms) + soonMs;
}

function commandOf(subject: Subject): string[] {
  if (subject === 'npm start') return ['npm', 'start'];
  return [process.execPath, '--conditions=@mcp-server/source', `${ROOT}packages/${subject}/src/main.ts`];
}

async function runToEnd(subject: Subject, env: Record<string, string>, limitMs: number): Promise<Ended> {
  const mark = `BROKEN_SETUP=${randomBytes(8).toString('hex')}`;
  const [name = '', value = ''] = mark.split('=');
  const { PATH, HOME } = process.env;
  const [file = '', ...args] = commandOf(subject);
  const startedAt = performance.now();
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { PATH, HOME, ...runEnvironment(), ENV_FILE: 'none', ...env, [name]: value },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const hasEnded = await Promise.race([exited.then(() => true), delay(limitMs, false, { ref: false })]);
  const ms = performance.now() - startedAt;
  const orphans = hasEnded ? await findOrphans(mark) : [];
  for (const pid of await findMarked(mark)) process.kill(Number(pid), 'SIGKILL');
  const [code] = await exited;
  return { code: hasEnded ? code : null, ms, output, orphans };
}

async function judge(
  setup: BrokenSetup,
  place: Place,
  subject: Subject,
  { code, ms, output, orphans }: Ended,
  limitMs: number,
): Promise<SetupResult> {
  const line = output.split('\n').find((text) => setup.names.test(text)) ?? '';
  const written = [
    output,
    ...(await readFiles(place.soundEnv['LOG_DIR'])),
    ...(await readFiles(`${place.dir}/data/logs`)),
  ];
  const leak = written.map((text) => place.marker.findIn(text)).find((form) => form !== undefined);
  const faults = [
    ...(code === null ? [`has not ended within ${limitMs} ms`] : []),
    ...(code !== null && code !== setup.code ? [`ended with ${code} instead of ${setup.code}`] : []),
    ...(line === '' ? [`no line matches ${setup.names}`] : []),
    ...(leak === undefined ? [] : ['its output contains a part of a password']),
    ...(/\n\s+at .*:\d+:\d+/.test(output) ? ['its output contains a stack trace'] : []),
    ...(orphans.length > 0 ? [`left processes behind: ${orphans.join(', ')}`] : []),
  ];
  if (faults.length > 0) faults.push(output.split('\n').slice(-SHOWN_LINES).join('\n'));
  return { subject, ms: Math.round(ms), line: line.trim(), faults };
}

async function readFiles(folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return [];
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8').catch(() => '')));
}

async function findOrphans(mark: string): Promise<string[]> {
  const deadline = performance.now() + ORPHANS_END_MS;
  for (;;) {
    const pids = await findMarked(mark);
    if (pids.length === 0) return [];
    if (performance.now() > deadline) return pids;
    await delay(50);
  }
}

/** Ids of the processes with this variable in their environment. */
async function findMarked(mark: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const environments = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return pids.filter((_pid, index) => environments[index]?.split('\0').includes(mark));
}
