import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { create } from 'tar';

interface Manifest {
  name: string;
  version: string;
  [field: string]: unknown;
}

interface Published {
  manifest: Manifest & { dist: { tarball: string; integrity: string } };
  tarball: Buffer;
}

type Versions = Map<string, Published>;

/** An npm registry on this machine: what npm's libraries and the marketplace ask of one. */
export class PackageRegistry {
  url = '';
  /** Answers every request so, until it is undefined. */
  fault: ((response: ServerResponse) => void) | undefined;
  readonly #packages = new Map<string, Versions>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Publishes a version; `files` are texts by path, next to `package.json`. */
  async publish(manifest: Manifest, files: Record<string, string>): Promise<void> {
    await inFolder(async (folder) => {
      const all = { 'package.json': JSON.stringify(manifest), ...files };
      for (const [path, text] of Object.entries(all)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      await this.publishFolder(folder, manifest);
    });
  }

  /** Publishes a folder as it is. */
  async publishFolder(folder: string, manifest: Manifest): Promise<void> {
    const { name, version } = manifest;
    const tarball = await pack(folder);
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const file = `${this.url}${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
    const versions = this.#packages.get(name) ?? new Map<string, Published>();
    versions.set(version, { manifest: { ...manifest, dist: { tarball: file, integrity } }, tarball });
    this.#packages.set(name, versions);
  }

  /** Replaces a tarball without its checksum, as an attacker in the middle would. */
  tamper(name: string, version: string): void {
    const published = this.#packages.get(name)?.get(version);
    if (published) published.tarball = Buffer.concat([published.tarball, Buffer.from('more')]);
  }

  #answer({ url: target = '/' }: IncomingMessage, response: ServerResponse): void {
    if (this.fault) return this.fault(response);
    const { pathname, searchParams } = new URL(target, this.url);
    const path = decodeURIComponent(pathname).slice(1);
    if (path === '-/v1/search') return send(response, this.#search(searchParams.get('text') ?? ''));
    const tarball = /^(?<name>.+)\/-\/.+-(?<version>\d+\.\d+\.\d+)\.tgz$/.exec(path)?.groups;
    if (tarball) {
      const published = this.#packages.get(tarball['name'] ?? '')?.get(tarball['version'] ?? '');
      return published ? void response.end(published.tarball) : send(response, undefined);
    }
    const whole = this.#packages.get(path);
    if (whole) return send(response, packument(path, whole));
    const [name, tag] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
    const versions = this.#packages.get(name);
    send(response, versions?.get(tag === 'latest' ? newest(versions) : tag)?.manifest);
  }

  #search(text: string): object {
    const objects = [...this.#packages.values()]
      .map((versions) => versions.get(newest(versions))?.manifest)
      .filter((manifest) => JSON.stringify(manifest).includes(text))
      .map((manifest) => ({ package: { ...manifest, date: '2026-01-02T03:04:05.000Z' } }));
    return { objects, total: objects.length };
  }
}

/** Starts a registry; the teardown stops it. */
export async function startRegistry(t: {
  teardown(fn: () => Promise<void>): void;
}): Promise<PackageRegistry> {
  const registry = new PackageRegistry();
  await registry.start();
  t.teardown(() => registry.close());
  return registry;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Type declarations, sources and CommonJS copies would only take time. */
const isCode = (path: string): boolean => !/\.(?:ts|cts|mts|cjs|map|md)$/.test(path);

const pack = (folder: string): Promise<Buffer> =>
  inFolder(async (target) => {
    const file = join(target, 'package.tgz');
    // pnpm links equal files to one another; npm does not unpack links.
    const options = { linkCache: new NoLinks(), prefix: 'package', portable: true, filter: isCode };
    create({ ...options, file, gzip: true, cwd: folder, sync: true }, ['.']);
    return readFile(file);
  });

class NoLinks extends Map<`${number}:${number}`, string> {
  override get(): undefined {
    return undefined;
  }
}

const newest = (versions: Map<string, Published>): string => [...versions.keys()].at(-1) ?? '';

const packument = (name: string, versions: Map<string, Published>) => ({
  name,
  'dist-tags': { latest: newest(versions) },
  versions: Object.fromEntries([...versions].map(([version, { manifest }]) => [version, manifest])),
});

function send(response: ServerResponse, body: object | undefined): void {
  response.statusCode = body ? 200 : 404;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body ?? { error: 'not found' }));
}
