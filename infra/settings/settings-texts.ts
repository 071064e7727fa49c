import type { Setting } from './settings.ts';

/** `npm start` takes a URL that is set as a server that it must not start itself. */
const COMMENTED_OUT = new Set(['MONGODB_URI', 'REDIS_URL']);

const EXAMPLE_HEADER = `# Every setting, with its default. Copy what you change into a file named .env: npm start, npm run dev, npm run doctor,
# docker compose and a process that is started by hand read it from the current folder. Variables of the environment win.
# Secrets are empty: on this machine the first start generates them, for containers \`npm run secrets\` does.
`;

/** The text of `.env.example`. */
export function toEnvExample(settings: readonly Setting[]): string {
  const groups = Map.groupBy(settings, ({ group }) => group);
  const sections = [...groups].map(
    ([group, members]) => `# ---- ${group} ----\n\n${members.map(toLine).join('\n')}`,
  );
  return [EXAMPLE_HEADER, ...sections].join('\n');
}

function toLine(setting: Setting): string {
  const assignment = `${setting.name}=${setting.default}`;
  const line = COMMENTED_OUT.has(setting.name) ? `# ${assignment}` : assignment;
  return `# ${setting.description.replaceAll('`', '')}\n${line}\n`;
}

const PAGE_HEADER = `# Settings

Settings are environment variables. Each process checks its own at the start: if one is wrong, it prints a line for each
problem and exits with 78. An empty variable counts as unset. Generated from the schemas by \`npm run docs\`.

## Where they come from

- \`npm start\`, \`npm run dev\`, \`npm run doctor\`, and an API or a worker that is started by hand read the file \`.env\` in the
  current folder. A variable of the environment wins over the file, also when it is empty. \`ENV_FILE\` names another file;
  \`ENV_FILE=none\` reads none. Tests, \`npm run chaos\`, \`npm run bench\` and \`npm run conformance\` never read it.
- \`docker compose\` reads \`.env\` beside \`docker-compose.yml\` and passes each setting to the services that have it. The
  settings of your own plugins (\`<ID>_PLUGIN_<FIELD>\`) belong into a \`docker-compose.override.yml\`.
- [.env.example](../.env.example) has every setting with its default. \`MONGODB_URI\` and \`REDIS_URL\` are commented out there:
  \`npm start\` uses a server that is named and starts one that is not.

In containers these are fixed: \`HOST\`, \`WORKER_HOST\`, \`WORKER_PORT\`, \`NODE_ENV\` (\`production\`), \`TRUST_PROXY\` (nginx),
\`DATA_DIR\` (secrets come from \`.env\`), \`LOG_DIR\` and \`LOG_KEEP_FILES\` (\`docker compose logs\` has the logs), \`EXIT_WITH_PARENT\`,
and \`WORKER_METRICS_TOKEN\` (\`METRICS_TOKEN\` is the token of both). \`PORT\` is the published port unless \`PUBLISH_HTTP\` is set.
\`PLUGINS_DIR\` is mounted into the workers, read-only; unset, it is the folder \`plugins\` beside \`docker-compose.yml\`.
\`MARKETPLACE_DIR\` is the volume \`marketplace\`.

If \`HOST\` is not a loopback address, and in production, secrets must be strong: at least 32 random characters.
`;

/** The text of `docs/settings.md`. */
export function toSettingsPage(settings: readonly Setting[]): string {
  const groups = Map.groupBy(settings, ({ group }) => group);
  const sections = [...groups].map(
    ([group, members]) => `## ${group}

| Setting | Default | Allowed | Read by | Meaning |
| --- | --- | --- | --- | --- |
${members.map(toRow).join('\n')}
`,
  );
  return [PAGE_HEADER, ...sections].join('\n');
}

function toRow({ name, readBy, description, allowed, default: value }: Setting): string {
  return `| \`${name}\` | ${value && `\`${value}\``} | ${allowed} | ${readBy} | ${description} |`;
}
