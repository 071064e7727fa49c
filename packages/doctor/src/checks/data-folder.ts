import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { defineCheck, fail, type Finding, ok, problemsOr } from '../check.ts';

/** Files in the data folder that contain secrets or passwords. */
const PRIVATE_FILES = ['secrets.json', 'secrets-key', 'demo-account.json', 'running.json'];
const READ_BY_OTHERS = 0o077;
const WRITTEN_BY_OTHERS = 0o022;

/** Permission bits; undefined if the file does not exist. */
const modeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ mode }) => mode,
    () => undefined,
  );

const toOctal = (mode: number): string => (mode & 0o777).toString(8);

async function judgeFile(path: string): Promise<Finding[]> {
  const mode = await modeOf(path);
  if (mode === undefined || (mode & READ_BY_OTHERS) === 0) return [];
  return [
    fail(
      `${path} has mode ${toOctal(mode)}: other users can read it`,
      `chmod 600 ${path}, and generate new secrets`,
    ),
  ];
}

export default defineCheck({
  async run({ env: { DATA_DIR } }) {
    const mode = await modeOf(DATA_DIR);
    if (mode === undefined) return ok(`${DATA_DIR} does not exist yet; the first start creates it`);
    const files = await Promise.all(PRIVATE_FILES.map((name) => judgeFile(join(DATA_DIR, name))));
    const folder =
      (mode & WRITTEN_BY_OTHERS) === 0
        ? []
        : [
            fail(
              `${DATA_DIR} has mode ${toOctal(mode)}: other users can replace its files`,
              `chmod go-w ${DATA_DIR}`,
            ),
          ];
    return problemsOr([...folder, ...files.flat()], `${DATA_DIR} and its secrets are private to their owner`);
  },
});
