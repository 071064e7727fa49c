import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

const HERE = new URL('./', import.meta.url);
const STORY_TIMEOUT_MS = 60_000;

/** Folders with a program; those with plugins are tried by the worker's plugin-docs.test.ts. */
const stories = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(new URL(`${entry.name}/`, HERE)).includes('main.ts'))
  .map(({ name }) => name);

/** Output of a story according to its README. */
function promisedOutput(story: string): string {
  const page = readFileSync(new URL(`${story}/README.md`, HERE), 'utf8');
  return /```text\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
}

/** Times and counts differ from run to run. */
const withoutNumbers = (text: string) => text.replaceAll(/\d+/g, 'N');

t.test('every story runs and prints what its README says', async (t) => {
  const space = await openNamespace(t);
  const [api] = await Promise.all([startProcess(t, 'api', space.env), startProcess(t, 'worker', space.env)]);
  const url = String(api.started['address']);
  await waitFor('the catalogue', async () => {
    const response = await fetch(`${url}/health/ready`);
    const plugins = await space.models.PluginModel.countDocuments();
    return response.ok && plugins > 0;
  });
  const { NODE_OPTIONS: _loader, ...env } = process.env;

  t.same(stories, ['mcp-client', 'schedule', 'stream-events', 'submit-and-wait']);
  await Promise.all(
    stories.map(async (story) => {
      const { stdout } = await promisify(execFile)(process.execPath, [`${story}/main.ts`], {
        cwd: HERE,
        env: { ...env, MCP_SERVER_URL: url },
        timeout: STORY_TIMEOUT_MS,
      });
      t.equal(withoutNumbers(stdout), withoutNumbers(promisedOutput(story)), story);
    }),
  );
});
