import { execFile } from 'node:child_process';
import { constants, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import dockerignore from '@balena/dockerignore';

import { type Instruction, readStages, type Stage } from './dockerfile.ts';

const CONTEXT = fileURLToPath(new URL('../..', import.meta.url));
/** Only settings of the network and of npm's registry are passed on, as into a container engine. */
const NETWORK = /^(HOME|.*(registry|proxy|cafile|userconfig|globalconfig|ca_certs).*)$/i;
const MAX_OUTPUT_BYTES = 64 * 1_024 * 1_024;

/** Contents of an image, with its files in a folder. */
export interface Image {
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  entrypoint: string[];
  command: string[];
  healthcheck: string[];
  /** Debian packages that its RUN lines install; this machine must have them. */
  packages: string[];
}

/**
 * Imitates `docker build` with folders in place of layers: runs every COPY with .dockerignore and every RUN with its
 * ENV and WORKDIR. The base image is this machine's Node; apt-get, and what changes its files, is left
 * to the caller.
 */
export async function buildImages(dir: string): Promise<Record<string, Image>> {
  const images: Record<string, Image> = {};
  for (const stage of readStages())
    images[stage.name] = await buildStage(stage, join(dir, stage.name), images);
  return images;
}

async function buildStage(stage: Stage, root: string, images: Record<string, Image>): Promise<Image> {
  const base = images[stage.base];
  const image: Image = base ? { ...structuredClone(base), root } : emptyImage(root);
  mkdirSync(root);
  if (base) copyTree(base.root, root);
  else layNode(root);
  for (const instruction of stage.instructions) await apply(image, instruction, images);
  return image;
}

const emptyImage = (root: string): Image => ({
  root,
  workdir: '/',
  env: {},
  user: 'root',
  entrypoint: [],
  command: [],
  healthcheck: [],
  packages: [],
});

function layNode(root: string): void {
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  copyFileSync(process.execPath, join(root, 'usr/local/bin/node'), constants.COPYFILE_FICLONE);
}

/** Path on this machine of a path in the image. */
const placeOf = (image: Image, path: string): string => join(image.root, resolve(image.workdir, path));

async function apply(
  image: Image,
  { keyword, args, flags }: Instruction,
  images: Record<string, Image>,
): Promise<void> {
  switch (keyword) {
    case 'WORKDIR':
      image.workdir = resolve(image.workdir, args[0] ?? '');
      return void mkdirSync(join(image.root, image.workdir), { recursive: true });
    case 'ENV':
      return void Object.assign(image.env, Object.fromEntries(args.map((pair) => pair.split('=', 2))));
    case 'COPY':
      return copy(image, args, images[flags['from'] ?? '']);
    case 'RUN':
      return run(image, args[0] ?? '');
    case 'USER':
      return void (image.user = args[0] ?? '');
    case 'ENTRYPOINT':
      return void (image.entrypoint = args);
    case 'CMD':
      return void (image.command = args);
    case 'HEALTHCHECK':
      return void (image.healthcheck = args);
    case 'EXPOSE':
      return;
    default:
      throw new Error(`${keyword} is not supported here: add it, or this test does not cover the image`);
  }
}

function copy(image: Image, args: string[], from: Image | undefined): void {
  const target = args.at(-1) ?? '';
  for (const source of args.slice(0, -1)) {
    const isFolder = target.endsWith('/') && source !== '.' && !from;
    const place = placeOf(image, isFolder ? join(target, source.split('/').at(-1) ?? '') : target);
    if (from) copyTree(placeOf(from, source), place);
    else copyContext(source, place);
  }
}

/** Copies contents, not hard links: pnpm links files into its store, which must not change. */
const copyTree = (source: string, target: string): void =>
  cpSync(source, target, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });

function copyContext(source: string, target: string): void {
  const isWanted = dockerignore
    .default({ ignorecase: false })
    .add(readFileSync(join(CONTEXT, '.dockerignore'), 'utf8'))
    .createFilter();
  if (source !== '.') {
    if (!isWanted(source)) throw new Error(`.dockerignore keeps ${source} out, and the Dockerfile copies it`);
    mkdirSync(dirname(target), { recursive: true });
    return cpSync(join(CONTEXT, source), target);
  }
  const copyFolder = (folder: string): void => {
    for (const entry of readdirSync(join(CONTEXT, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      // An ignored folder may contain an exception; folders without one are skipped.
      if (entry.isDirectory() && !/(^|\/)(node_modules|\.git|\.data)$/.test(path)) copyFolder(path);
      else if (entry.isFile() && isWanted(path)) {
        mkdirSync(join(target, folder), { recursive: true });
        cpSync(join(CONTEXT, path), join(target, path));
      }
    }
  };
  copyFolder('');
}

async function run(image: Image, text: string): Promise<void> {
  const install =
    /^apt-get update && apt-get install -y --no-install-recommends ([\w -]+?)(?: && chmod \d+ \S+)? && rm -rf \S+$/.exec(
      text,
    );
  if (install) return void image.packages.push(...(install[1] ?? '').split(' '));
  const network = Object.entries(process.env).filter(([name]) => NETWORK.test(name));
  const local = join(image.root, 'usr/local');
  // The test runner passes its loader to children in NODE_OPTIONS; a build must not get it.
  await promisify(execFile)('sh', ['-c', `unset NODE_OPTIONS; ${text}`], {
    cwd: join(image.root, image.workdir),
    env: {
      ...Object.fromEntries(network),
      npm_config_prefix: local,
      PATH: `${join(local, 'bin')}:${process.env['PATH']}`,
      ...image.env,
    },
    maxBuffer: MAX_OUTPUT_BYTES,
  }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`RUN ${text}\n${error.stdout}\n${error.stderr}`, { cause: error });
  });
}
