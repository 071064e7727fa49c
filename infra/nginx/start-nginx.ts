import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dieWithParent, findFreePort, provideExecutable, runCommand, ServerProcess } from '@mcp-server/local';
import { waitFor } from '@mcp-server/testing';

import { asUser } from '../docker/unprivileged.ts';

const NGINX = { name: 'nginx', packageName: 'nginx', advice: 'The tests of infra/nginx need nginx on PATH.' };
const OPENSSL = {
  name: 'openssl',
  packageName: 'openssl',
  advice: 'The test of HTTPS needs openssl on PATH.',
};
/** The user of nginx's image. */
const USER_ID = 101;

interface Teardown {
  teardown(fn: () => Promise<void>): void;
  comment(text: string): void;
}

export interface Place {
  /** Ports of the APIs on this machine. */
  apiPorts: readonly number[];
  /** Contents of operators.conf. */
  operators?: string;
  /** Addresses of proxies in front of this one. */
  outerProxies?: readonly string[];
  hasTls?: boolean;
}

export interface Proxy {
  port: number;
  tlsPort: number;
  url: string;
  tlsUrl: string;
}

/** Runs the configuration of this folder; only the files that depend on the installation are replaced. */
export async function startNginx(t: Teardown, place: Place): Promise<Proxy> {
  const [port, tlsPort] = [await findFreePort(), await findFreePort()];
  const dir = mkdtempSync(join(tmpdir(), 'nginx-test-'));
  writePlace(dir, place, port);
  if (place.hasTls) await writeTls(dir, tlsPort);
  await run(t, dir, port);
  return {
    port,
    tlsPort,
    url: `http://127.0.0.1:${port}`,
    tlsUrl: `https://127.0.0.1:${tlsPort}`,
  };
}

/** A foreign proxy in front: it appends the client to `X-Forwarded-For` and connects from the address `from`. */
export async function startOuterProxy(
  t: Teardown,
  { to, from }: { to: number; from: string },
): Promise<string> {
  const port = await findFreePort();
  const dir = mkdtempSync(join(tmpdir(), 'nginx-test-'));
  const headers = [
    'X-Forwarded-For $proxy_add_x_forwarded_for',
    'X-Forwarded-Proto https',
    'Host $http_host',
    'Upgrade $http_upgrade',
    'Connection $http_connection',
  ];
  const server = `listen 127.0.0.1:${port}; location / {
    proxy_pass http://127.0.0.1:${to}; proxy_bind ${from}; proxy_http_version 1.1;
    ${headers.map((header) => `proxy_set_header ${header};`).join(' ')}
  }`;
  const conf = `events {} http { access_log off; ${temporaryFolders(dir)} server { ${server} } }`;
  writeFileSync(join(dir, 'nginx.conf'), conf);
  await run(t, dir, port);
  return `http://127.0.0.1:${port}`;
}

/** Runs the configuration in `dir` until the teardown, which deletes the folder. */
async function run(t: Teardown, dir: string, port: number): Promise<void> {
  const binary = await provideExecutable(NGINX, (line) => t.comment(line));
  if (process.getuid?.() === 0) giveAway(dir);
  const directives = `daemon off; pid ${dir}/nginx.pid;`;
  const log = join(dir, 'nginx.log');
  const command = [binary, '-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', directives];
  const server = new ServerProcess(asUser(USER_ID, dieWithParent(command)), log);
  t.teardown(async () => {
    await server.stop(() => server.signal('SIGTERM'));
    rmSync(dir, { recursive: true });
  });
  await waitFor('nginx', async () => !server.isRunning || accepts(port));
  if (!server.isRunning) throw new Error(`nginx does not start:\n${server.logTail()}`);
}

function writePlace(dir: string, place: Place, port: number): void {
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
  for (const name of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.conf'))) {
    cpSync(join(import.meta.dirname, name), join(dir, name));
  }
  const servers = place.apiPorts.map((apiPort) => `server 127.0.0.1:${apiPort};`).join(' ');
  write('place.conf', `${temporaryFolders(dir)}\nupstream api { ${servers} keepalive 64; }\n`);
  write('listen.conf', `listen 127.0.0.1:${port};`);
  write('log.conf', 'access_log off;');
  write('operators.conf', place.operators ?? '');
  const trusted = (place.outerProxies ?? []).map((address) => `set_real_ip_from ${address};\n`);
  write('outer-proxy.conf', readFileSync(join(dir, 'outer-proxy.conf'), 'utf8') + trusted.join(''));
}

const temporaryFolders = (dir: string): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${dir}/${name};`)
    .join('\n');

/** Installs the example like an operator, with a certificate for this machine. */
async function writeTls(dir: string, port: number): Promise<void> {
  const tls = join(dir, 'tls');
  mkdirSync(tls);
  cpSync(join(import.meta.dirname, 'examples/tls.conf'), join(tls, 'tls.conf'));
  writeFileSync(join(dir, 'listen-tls.conf'), `listen 127.0.0.1:${port} ssl;`);
  const openssl = await provideExecutable(OPENSSL, () => undefined);
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  await runCommand([
    openssl,
    ...request,
    '-keyout',
    join(tls, 'server.key'),
    '-out',
    join(tls, 'server.crt'),
  ]);
}

function giveAway(dir: string): void {
  chownSync(dir, USER_ID, USER_ID);
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(dir, name), USER_ID, USER_ID);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.end());
  });
}
