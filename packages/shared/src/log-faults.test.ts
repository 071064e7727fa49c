import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import t, { type Test } from 'tap';

const LOG_FILES = fileURLToPath(new URL('log-files.ts', import.meta.url));
/** The clock of the process says that midnight is this far away. */
const BEFORE_MIDNIGHT_MS = 700;
const ENDS_WITHIN_MS = 3_000;

/** Logs a line every 50 ms until SIGTERM; then logs a fatal line, closes the log and ends. */
const PROGRAM = `
  import { openLog } from ${JSON.stringify(LOG_FILES)};
  const log = await openLog({ name: 'api', level: 'info', dir: process.env.LOG_DIR, keepFiles: 3, ...JSON.parse(process.env.OPTIONS ?? '{}') });
  let count = 0;
  const timer = setInterval(() => log.logger.info({ count: (count += 1) }, 'line'), 50);
  process.once('SIGTERM', async () => {
    clearInterval(timer);
    log.logger.fatal('stopping');
    await log.close();
  });
`;

interface Line {
  msg: string;
  level: number;
  count?: number;
  reason?: string;
}

/** Moves the clock of a whole process to shortly before local midnight. */
function clockBeforeMidnight(): string {
  const midnight = new Date();
  midnight.setHours(24, 0, 0, 0);
  const ahead = midnight.getTime() - BEFORE_MIDNIGHT_MS - Date.now();
  const code = `const R=Date,M=${ahead};globalThis.Date=class Date extends R{constructor(...a){a.length?super(...a):super(R.now()+M)}static now(){return R.now()+M}}`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}

function startProgram(
  t: Test,
  dir: string,
  {
    nodeOptions = [],
    options = {},
    stdout = 'pipe',
  }: { nodeOptions?: string[]; options?: object; stdout?: 'pipe' | number } = {},
) {
  const child = spawn(
    process.execPath,
    ['--conditions=@mcp-server/source', ...nodeOptions, '--input-type=module', '--eval', PROGRAM],
    {
      env: { ...process.env, LOG_DIR: dir, OPTIONS: JSON.stringify(options) },
      stdio: ['ignore', stdout, 'pipe'],
    },
  );
  t.teardown(() => child.kill('SIGKILL'));
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(JSON.parse(line) as Line);
      for (const look of waiting) look();
    });
  const errors: string[] = [];
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      errors.push(line);
      for (const look of waiting) look();
    });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    lines,
    errors,
    /** Resolves as soon as the lines on stdout and stderr fulfil a condition. Rejects if the process ends before. */
    until: (isFulfilled: () => boolean) =>
      new Promise<void>((resolve, reject) => {
        void closed.then(([code]) => reject(new Error(`ended with ${code}: ${errors.join('\n')}`)));
        const look = () => {
          if (!isFulfilled()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
      child.kill('SIGTERM');
      const [code, signal] = await closed;
      clearTimeout(timer);
      return { code, signal };
    },
  };
}

const today = (): string => {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
};

const warnings = (lines: Line[]) => lines.filter(({ level }) => level === 40);

t.test('a full disk costs one warning: stdout has every line, and SIGTERM ends the process', async (t) => {
  const dir = t.testdir({});
  symlinkSync('/dev/full', join(dir, `api.${today()}.1.log`));
  const program = startProgram(t, dir);

  await program.until(() => (program.lines.at(-1)?.count ?? 0) >= 20);

  t.same(await program.stop(), { code: 0, signal: null });
  t.match(warnings(program.lines), [{ msg: /log files/, reason: 'ENOSPC' }]);
  t.equal(warnings(program.lines).length, 1);
  const counts = program.lines.flatMap(({ count }) => count ?? []);
  t.same(
    counts,
    counts.map((_, index) => index + 1),
  );
  t.equal(program.lines.at(-1)?.msg, 'stopping');
  t.same(program.errors, []);
});

t.test('when the disk has space again, the files continue', async (t) => {
  const dir = t.testdir({});
  const file = join(dir, `api.${today()}.1.log`);
  symlinkSync('/dev/full', file);
  const program = startProgram(t, dir, { options: { retryMs: 200 } });
  await program.until(() => warnings(program.lines).length === 1);

  rmSync(file);
  await program.until(() => program.lines.some(({ msg }) => /written again/.test(msg)));
  const from = program.lines.length;
  await program.until(() => program.lines.length > from + 5);

  t.same(await program.stop(), { code: 0, signal: null });
  const inFile = readFileSync(join(dir, readdirSync(dir)[0] ?? ''), 'utf8')
    .trim()
    .split('\n');
  t.same(inFile.map((line) => JSON.parse(line) as Line).slice(-5), program.lines.slice(-5));
});

for (const [name, dir] of [
  ['a folder that cannot be created', '/dev/null/logs'],
  ['a file system that takes no files', '/sys/logs'],
] as const) {
  t.test(`${name} costs one warning`, async (t) => {
    const program = startProgram(t, dir);

    await program.until(() => (program.lines.at(-1)?.count ?? 0) >= 5);

    t.same(await program.stop(), { code: 0, signal: null });
    t.equal(warnings(program.lines).length, 1);
    t.same(program.errors, []);
  });
}

t.test('a file that cannot be rotated costs one warning', async (t) => {
  const dir = t.testdir({});
  const tomorrow = new Date(Date.now() + 86_400_000);
  const name = [tomorrow.getFullYear(), tomorrow.getMonth() + 1, tomorrow.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  // A folder in the place of the next file.
  mkdirSync(join(dir, `api.${name}.1.log`));
  const program = startProgram(t, dir, { nodeOptions: [clockBeforeMidnight()] });

  await program.until(() => warnings(program.lines).length > 0);
  const from = program.lines.length;
  await program.until(() => program.lines.length > from + 5);

  t.same(await program.stop(), { code: 0, signal: null });
  t.equal(warnings(program.lines).length, 1);
  t.match(warnings(program.lines)[0]?.reason, 'EISDIR');
});

t.test('a stdout that takes nothing is reported on stderr, and the files have every line', async (t) => {
  const dir = t.testdir({});
  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  const program = startProgram(t, dir, { stdout: full });

  await program.until(() => program.errors.length > 0);

  t.same(await program.stop(), { code: 0, signal: null });
  t.same(program.errors, ['stdout takes no log lines: ENOSPC']);
  const inFile = readFileSync(join(dir, readdirSync(dir)[0] ?? ''), 'utf8')
    .trim()
    .split('\n');
  t.match(JSON.parse(inFile[0] ?? ''), { msg: 'line', count: 1 });
  t.match(JSON.parse(inFile.at(-1) ?? ''), { msg: 'stopping' });
});
