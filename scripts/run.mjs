// Entry of `npm start`, `npm test` and the other commands on a machine that may only have git, Node 18 and npm:
// puts the right Node and pnpm on PATH, installs dependencies, then runs the requested command. Plain JavaScript
// without dependencies, because none are installed yet when it runs.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const CACHE =
  process.env.MCP_SERVER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mcp-server');
const NODE_VERSION = '24.21.0';
const PNPM_VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).packageManager.split(
  '@',
)[1];
const SOURCE = '--conditions=@mcp-server/source';
/** Tests use their own data folder, because `npm start` may be running. */
const LOCAL = [SOURCE, 'packages/local/src/main.ts', '--data', '.data/test'];
const SUITE = ['node', ...LOCAL, '--', 'node', SOURCE, 'packages/testing/src/suite/main.ts'];

/** The tests of generated pages, which write them when told to. */
const GENERATED_PAGES = [
  'packages/shared/src/errors.test.ts',
  'packages/api/src/http/openapi.test.ts',
  'infra/settings/settings.test.ts',
];

/** Command line of each command, run once Node, pnpm and the dependencies are installed. */
const COMMANDS = {
  deps: () => undefined,
  start: (args) => ['node', SOURCE, 'packages/local/src/start/main.ts', ...args],
  dev: (args) => ['node', SOURCE, 'packages/local/src/dev/main.ts', ...args],
  test: (args) => [...SUITE, ...args],
  coverage: (args) => ['node', 'scripts/coverage.mjs', ...args],
  check: () => ['node', 'scripts/check.mjs'],
  chaos: (args) => ['node', SOURCE, 'chaos/src/main.ts', ...args],
  bench: (args) => ['node', SOURCE, 'bench/src/main.ts', ...args],
  prose: (args) => ['node', 'scripts/prose/main.ts', ...args],
  plugin: (args) => ['node', SOURCE, 'packages/plugin-scaffold/src/main.ts', ...args],
  doctor: (args) => ['node', SOURCE, 'packages/doctor/src/main.ts', ...args],
  'rotate-secrets': () => ['node', SOURCE, 'packages/api/src/rotate-secrets.ts'],
  conformance: (args) => ['node', ...LOCAL, '--', 'node', SOURCE, 'conformance/src/main.ts', ...args],
  'broken-setups': (args) => ['node', ...LOCAL, '--', 'node', SOURCE, 'infra/broken-setups/main.ts', ...args],
  example: ([story = '', ...args]) => ['node', SOURCE, `examples/${story}/main.ts`, ...args],
  'bench:accounts': () => ['node', ...LOCAL, '--', 'node', SOURCE, 'bench/accounts.ts'],
  'bench:lists': () => ['node', ...LOCAL, '--', 'node', SOURCE, 'bench/lists.ts'],
  docs: () => ['env', 'UPDATE_DOCS=1', ...SUITE, ...GENERATED_PAGES],
  screenshots: () => ['node', ...LOCAL, '--', 'node', 'scripts/screenshots.mjs'],
  build: () => ['pnpm', 'exec', 'turbo', 'run', 'build'],
};

/** Commands that run the product for its user, and so read the user's `.env`. */
const READS_ENV_FILE = new Set(['start', 'dev', 'doctor', 'rotate-secrets']);

const print = (line) => console.log(`[setup] ${line}`);

function runStep(command, args, { env, label }) {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const progress = setInterval(
      () => print(`${label} … ${Math.round((Date.now() - started) / 1000)} s`),
      10_000,
    );
    child.on('error', (error) => {
      clearInterval(progress);
      reject(error);
    });
    child.on('close', (code) => {
      clearInterval(progress);
      if (code === 0) resolve(output);
      else reject(new Error(`${label} failed (exit ${code}):\n${output.trim()}`));
    });
  });
}

/** Installs npm packages into a cache folder; under a temporary name first, so that an incomplete one is never used. */
async function ensureTool(name, spec, proof) {
  const dir = join(CACHE, name);
  const bin = join(dir, 'node_modules', '.bin');
  if (existsSync(join(bin, proof))) return bin;
  print(`installing ${spec} into the cache`);
  mkdirSync(CACHE, { recursive: true });
  const building = `${dir}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  const npmArgs = [
    'install',
    '--no-fund',
    '--no-audit',
    '--no-package-lock',
    // npm passes the settings of .npmrc on through the environment.
    '--package-lock-only=false',
    '--omit=dev',
    '--prefix',
    building,
    spec,
  ];
  await runStep('npm', npmArgs, { env: process.env, label: `installing ${spec}` });
  try {
    renameSync(building, dir);
  } catch {
    // Another process was first, or an incomplete folder exists: keep a complete one, replace an incomplete one.
    if (!existsSync(join(bin, proof))) {
      rmSync(dir, { recursive: true, force: true });
      renameSync(building, dir);
    }
    rmSync(building, { recursive: true, force: true });
  }
  return bin;
}

async function toolchainPath() {
  const path = [];
  if (Number(process.versions.node.split('.')[0]) < 24) {
    path.push(await ensureTool(`node-${NODE_VERSION}`, `node@${NODE_VERSION}`, 'node'));
  } else {
    path.push(dirname(process.execPath));
  }
  path.push(await ensureTool(`pnpm-${PNPM_VERSION}`, `pnpm@${PNPM_VERSION}`, 'pnpm'));
  path.push(join(ROOT, 'node_modules', '.bin'), process.env.PATH);
  return path.join(delimiter);
}

/** `isForced`: run by `npm install`, so an existing installation is not trusted. */
async function installDependencies(env, { isForced }) {
  const modules = join(ROOT, 'node_modules');
  if (isForced || !existsSync(join(modules, '.modules.yaml')))
    rmSync(modules, { recursive: true, force: true });
  const stamp = join(modules, '.installed');
  const lockHash = createHash('sha256')
    .update(readFileSync(join(ROOT, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) return;
  print('installing dependencies with pnpm');
  await runStep('pnpm', ['install', '--frozen-lockfile', '--config.confirm-modules-purge=false'], {
    env: { ...env, CI: 'true', MCP_SERVER_SETUP: '1' },
    label: 'installing dependencies',
  });
  writeFileSync(stamp, lockHash);
}

/** Processes that started this one; if one of them is gone, the user has stopped this command. */
function ancestors() {
  const chain = [process.ppid];
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const grandparent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const name = readFileSync(`/proc/${grandparent}/cmdline`, 'utf8');
    if (/\bnpm\b|\bpnpm\b/.test(name)) chain.push(grandparent);
  } catch {
    // Without /proc (macOS), only the direct parent is watched.
  }
  return chain;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function runCommand([command, ...args], env) {
  // stdin stays an open pipe: its end shows the child, even after SIGKILL, that this process is gone.
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['pipe', 'inherit', 'inherit'] });
  const stop = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  const chain = ancestors();
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent || !chain.every(isAlive)) stop('SIGTERM');
  }, 500);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

const [name = '', ...rest] = process.argv.slice(2);
// pnpm runs this package's postinstall too, inside the installation started below.
if (process.env.MCP_SERVER_SETUP === '1' && name === 'deps') process.exit(0);
try {
  const build = COMMANDS[name];
  if (!build) throw new Error(`unknown command "${name}"; known: ${Object.keys(COMMANDS).join(', ')}`);
  const env = { ...process.env, PATH: await toolchainPath() };
  if (!READS_ENV_FILE.has(name)) env.ENV_FILE = 'none';
  await installDependencies(env, { isForced: name === 'deps' });
  const command = build(rest);
  if (command) process.exitCode = await runCommand(command, env);
} catch (error) {
  console.error(`[setup] ${error.message}`);
  process.exitCode = 1;
}
