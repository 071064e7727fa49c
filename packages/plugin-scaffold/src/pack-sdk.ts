import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SDK = join('packages', 'plugin-sdk');

const run = promisify(execFile);

/**
 * Builds the SDK and packs it into `tarball`. It works in a copy, so that several calls at a time, and a build of the whole
 * tree, do not disturb each other. pnpm packs it: npm leaves `catalog:` in the manifest and ignores `publishConfig.exports`.
 */
export async function packSdk(tarball: string): Promise<void> {
  const workspace = await mkdtemp(join(tmpdir(), 'plugin-sdk-'));
  try {
    const copy = join(workspace, SDK);
    await mkdir(copy, { recursive: true });
    await mkdir(dirname(tarball), { recursive: true });
    await copyFile(join(ROOT, 'pnpm-workspace.yaml'), join(workspace, 'pnpm-workspace.yaml'));
    await copyFile(join(ROOT, 'LICENSE'), join(copy, 'LICENSE'));
    for (const name of ['package.json', 'README.md']) await copyFile(join(ROOT, SDK, name), join(copy, name));
    const project = join(ROOT, SDK, 'tsconfig.build.json');
    const build = ['--outDir', join(copy, 'dist'), '--tsBuildInfoFile', join(workspace, '.tsbuildinfo')];
    await run('tsc', ['--project', project, ...build]);
    await run('pnpm', ['pack', '--out', tarball], { cwd: copy });
  } finally {
    await rm(workspace, { recursive: true });
  }
}
