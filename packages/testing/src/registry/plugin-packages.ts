import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import zodManifest from 'zod/package.json' with { type: 'json' };

import type { PackageRegistry } from './package-registry.ts';

/** Publishes the zod of this repository. */
export function publishZod(registry: PackageRegistry): Promise<void> {
  const folder = dirname(realpathSync(fileURLToPath(import.meta.resolve('zod/package.json'))));
  return registry.publishFolder(folder, { name: 'zod', version: zodManifest.version });
}

interface PluginPackage {
  name: string;
  version: string;
  id: string;
  contractVersion?: string;
  /** Code that runs at the import. */
  top?: string;
  /** Without actions, and without zod. */
  isBare?: boolean;
}

/** Publishes a plugin: it greets, tries what it must not do, and has a script that fails if it runs. */
export function pluginPackage(
  registry: PackageRegistry,
  { name, version, id, contractVersion, top = '', isBare = false }: PluginPackage,
): Promise<void> {
  const manifest = {
    name,
    version,
    type: 'module',
    main: './index.js',
    keywords: ['mcp-server-plugin'],
    dependencies: isBare ? {} : { zod: zodManifest.version },
    scripts: { preinstall: 'exit 1', install: 'exit 1', postinstall: 'exit 1' },
  };
  return registry.publish(manifest, {
    'index.js': isBare ? bareSourceOf({ version, id, contractVersion, top }) : sourceOf({ version, id, top }),
  });
}

const bareSourceOf = ({ version, id, contractVersion, top }: Omit<PluginPackage, 'name'>) => `
${top}
const contractVersion = ${JSON.stringify(contractVersion)};
export default { contractVersion, id: '${id}', version: '${version}', title: 'T', description: 'D', actions: {} };
`;

const sourceOf = ({ version, id, top }: Omit<PluginPackage, 'name'>) => `
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
${top}
const action = (run) => ({
  title: 'T',
  description: 'D',
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string() }),
  run,
});
export default {
  id: '${id}',
  version: '${version}',
  title: 'T',
  description: 'D',
  actions: {
    greet: action(({ name }) => ({ text: \`Hello, \${name}, from ${version}\` })),
    'read-outside': action(() => ({ text: readFileSync('/etc/hostname', 'utf8') })),
    'read-parent': action(() => ({ text: readFileSync(\`/proc/\${process.ppid}/environ\`, 'utf8') })),
    'read-environment': action(() => ({ text: readFileSync('/proc/self/environ', 'utf8') })),
    spawn: action(() => ({ text: String(spawnSync('/bin/true').status) })),
    exit: action(() => process.exit(3)),
    loop: action(() => {
      for (;;);
    }),
  },
};
`;
