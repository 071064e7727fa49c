import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import Arborist from '@npmcli/arborist';

import type { InstallerAnswer, InstallerJob } from './installer-protocol.ts';

/**
 * Process of one job: arborist reads what strangers wrote, and unpacks it. It may write into the worker's marketplace folder
 * only and start no process, so that neither scripts of packages nor git can run.
 */
async function install({ kind, folder, spec, registry, lock }: InstallerJob): Promise<string> {
  const arborist = new Arborist({
    path: folder,
    cache: join(folder, '.cache'),
    ...(registry === undefined ? {} : { registry }),
    ignoreScripts: true,
    binLinks: false,
    audit: false,
    fund: false,
    allowGit: 'none',
    allowRemote: 'none',
    allowFile: 'none',
    allowDirectory: 'none',
    fetchRetries: 1,
    timeout: 30_000,
  });
  if (kind === 'resolve') {
    const tree = await arborist.buildIdealTree({ add: [spec] });
    return JSON.stringify(tree.meta.commit());
  }
  const name = spec.slice(0, spec.lastIndexOf('@'));
  const dependencies = { [name]: spec.slice(name.length + 1) };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await writeFile(join(folder, 'package-lock.json'), lock ?? '');
  await arborist.reify({ save: false });
  return '';
}

function answer(text: InstallerAnswer): void {
  process.send?.(text, () => process.disconnect());
}

process.once('message', (job: InstallerJob) => {
  install(job).then(
    (lock) => answer({ isDone: true, lock }),
    (error: unknown) => {
      const { code = 'unknown', message = String(error) } = error as { code?: unknown; message?: string };
      answer({ isDone: false, code: String(code), message });
    },
  );
});
// Its worker has died: what is half done is deleted later by another one.
process.once('disconnect', () => process.exit());
