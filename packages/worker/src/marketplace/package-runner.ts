import { type Plugin, PluginError } from '@mcp-server/plugin-sdk';
import { claimPluginId, ConfigError, findPackage, holdsNow, inMs } from '@mcp-server/shared';

import { resolvePackage } from '../catalogue/resolve-package.ts';
import type { Deps } from '../deps.ts';
import { describePackage } from '../package-process/describe-package.ts';
import type { InstalledPackage, PackageHost } from './marketplace.ts';

/** Offers the plugins of installed packages on this worker, under ids that no other plugin has. */
export class PackageRunner implements PackageHost {
  readonly #deps: Deps;
  readonly #plugins: Map<string, Plugin>;
  readonly #onChange: () => void;
  /** Ids of the plugins by package. */
  readonly #ids = new Map<string, string>();

  /** `plugins` are those of this worker; packages are added to them and deleted from them. */
  constructor(deps: Deps, plugins: Map<string, Plugin>, onChange: () => void) {
    this.#deps = deps;
    this.#plugins = plugins;
    this.#onChange = onChange;
  }

  async run({ name, version, folder }: InstalledPackage): Promise<void> {
    const subject = `Package ${name}@${version}`;
    const entry = findEntry(subject, name, folder);
    const timeoutMs = this.#deps.config.PLUGIN_LOAD_MS;
    const plugin = await describePackage({ folder, entry, timeoutMs, name: `${name}@${version}` });
    await this.#takeId(subject, name, plugin.id);
    this.#ids.set(name, plugin.id);
    this.#plugins.set(plugin.id, plugin);
    this.#deps.pluginPackages.set(plugin.id, name);
    this.#onChange();
  }

  async stop(name: string): Promise<void> {
    const id = this.#ids.get(name);
    if (id === undefined) return;
    this.#ids.delete(name);
    this.#plugins.delete(id);
    this.#deps.pluginPackages.delete(id);
    this.#onChange();
  }

  /** @throws {PluginError} if another plugin has the id, here or elsewhere in the fleet, or the package had another one */
  async #takeId(subject: string, name: string, id: string): Promise<void> {
    const refuse = (problem: string) => new PluginError(subject, [problem]);
    if (this.#ids.get(name) !== id && this.#plugins.has(id))
      throw refuse(`the id "${id}" belongs to a plugin of this worker; a package cannot take it`);
    const { MarketplacePackageModel, PluginModel } = this.#deps.models;
    const known = await findPackage(MarketplacePackageModel, name);
    if (known?.pluginId === undefined) {
      const graceMs = this.#deps.config.PLUGIN_GRACE_SECONDS * 1_000;
      const isLiving = holdsNow({ $gt: ['$seenAt', inMs(-graceMs)] });
      if (await PluginModel.exists({ id, ...isLiving }))
        throw refuse(`the id "${id}" belongs to a plugin of another worker; a package cannot take it`);
    }
    const holder = await claimPluginId(MarketplacePackageModel, { _id: name, pluginId: id });
    if (holder && holder._id !== name) throw refuse(`the id "${id}" belongs to the package ${holder._id}`);
    if (holder && holder.pluginId !== id)
      throw refuse(`its id is "${id}", but that of the installed package is "${holder.pluginId}"`);
  }
}

/** @throws {PluginError} if the package has nothing to import */
function findEntry(subject: string, name: string, folder: string): string {
  try {
    return resolvePackage(name, folder).href;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new PluginError(subject, ['has no entry that can be imported'], { cause: error });
  }
}
