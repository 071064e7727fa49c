import { chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
  const binary = await provideExecutable(NGINX, (line) => t.comment(line));
  const [port, tlsPort] = [await findFreePort(), await findFreePort()];
  const dir = mkdtempSync(join(tmpdir(), 'nginx-test-'));
  writePlace(dir, place, port);
  if (place.hasTls) await writeTls(dir, tlsPort);
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
  return {
    port,
    tlsPort,
    url: `http://127.0.0.1:${port}`,
    tlsUrl: `https://127.0.0.1:${tlsPort}`,
  };
}

function writePlace(dir: string, place: Place, port: number): void {
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
  for (const name of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.conf'))) {
    cpSync(join(import.meta.dirname, name), join(dir, name));
  }
  const servers = place.apiPorts.map((apiPort) => `server 127.0.0.1:${apiPort};`).join(' ');
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = folders.map((name) => `${name}_temp_path ${dir}/${name};`).join('\n');
  write('place.conf', `${paths}\nupstream api { ${servers} keepalive 64; }\n`);
  write('listen.conf', `listen 127.0.0.1:${port};`);
  write('log.conf', 'access_log off;');
  write('operators.conf', place.operators ?? '');
}

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
