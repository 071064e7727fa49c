import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { unpackDebianPackage } from '@mcp-server/local';

/** Debian's build of Docker Compose; `config` needs no container engine. */
const PACKAGE = { name: 'docker-compose', suite: 'trixie' };
const PROGRAM = 'usr/libexec/docker/cli-plugins/docker-compose';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NO_FILE = '/dev/null';

/** A service as `docker-compose config --format json` shows it. */
export interface ComposeService {
  image?: string;
  build?: { args: Record<string, string> };
  environment?: Record<string, string>;
  networks: Record<string, { ipv4_address?: string } | null>;
  ports?: { target: number; published: string }[];
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[];
  [key: string]: unknown;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean } | null>;
}

type Settings = Record<string, string | undefined>;

/**
 * `docker-compose.yml` as Docker Compose resolves it with these settings, all profiles included. A `.env` is read only
 * when `folder` names the folder of another copy of the file.
 * @throws {Error} with the message of Docker Compose.
 */
export async function resolveCompose(settings: Settings, folder?: string): Promise<ComposeFile> {
  const program = join(await unpackDebianPackage(PACKAGE, () => undefined), PROGRAM);
  const place = folder === undefined ? ['--env-file', NO_FILE, '--project-directory', ROOT] : [];
  const file = join(folder ?? ROOT, 'docker-compose.yml');
  const args = [...place, '--file', file, '--profile', '*', 'config', '--format', 'json'];
  const { stdout } = await promisify(execFile)(program, args, {
    env: { PATH: process.env['PATH'], HOME: NO_FILE, ...settings },
  });
  return JSON.parse(stdout) as ComposeFile;
}
