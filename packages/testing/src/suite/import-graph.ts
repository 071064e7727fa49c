import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

import { type EcmaScriptModule, parseSync } from 'oxc-parser';

const SOURCE = '@mcp-server/source';
/** A test that starts a process of the product depends on it as if it imported it. */
const STARTED = /\bstartProcess\([^,()]+,\s*'(?<name>\w+)'/g;

interface PackageFile {
  name: string;
  exports?: Record<string, string | Record<string, string>>;
}

/**
 * Import graph of the modules of this repository; values only, because a type changes no result. A name imported from a
 * package leads to the module that exports it, not to the whole package.
 */
export class ImportGraph {
  readonly #roots = findPackageRoots();
  readonly #modules = new Map<string, EcmaScriptModule>();
  readonly #imports = new Map<string, ReadonlySet<string>>();

  /** Modules that `file` depends on, including itself; paths relative to the repository. */
  reach(file: string): Set<string> {
    const reached = new Set([file]);
    // The set grows while it is walked.
    for (const path of reached) for (const target of this.#importsOf(path)) reached.add(target);
    return reached;
  }

  #importsOf(file: string): ReadonlySet<string> {
    let imports = this.#imports.get(file);
    if (imports === undefined) this.#imports.set(file, (imports = this.#readImports(file)));
    return imports;
  }

  #readImports(file: string): Set<string> {
    const targets = new Set<string>();
    if (!existsSync(file)) return targets;
    const text = readFileSync(file, 'utf8');
    const add = (from: string, name?: string | null) => {
      const target = from.startsWith('.') ? resolveFrom(file, from) : this.#resolvePackage(from, name);
      if (target !== undefined) targets.add(target);
    };
    const { staticImports, staticExports, dynamicImports } = this.#parse(file, text);
    for (const { moduleRequest, entries } of staticImports) {
      if (entries.length === 0) add(moduleRequest.value);
      for (const { importName, isType } of entries) if (!isType) add(moduleRequest.value, importName.name);
    }
    for (const { moduleRequest, isType } of staticExports.flatMap(({ entries }) => entries)) {
      if (moduleRequest && !isType) add(moduleRequest.value);
    }
    for (const { moduleRequest } of dynamicImports) {
      add(text.slice(moduleRequest.start + 1, moduleRequest.end - 1));
    }
    for (const { groups } of text.matchAll(STARTED)) targets.add(`packages/${groups?.['name']}/src/main.ts`);
    return targets;
  }

  #parse(file: string, text: string): EcmaScriptModule {
    let module = this.#modules.get(file);
    if (module === undefined) this.#modules.set(file, (module = parseSync(file, text).module));
    return module;
  }

  /** Module from which a package's root exports this name; the root itself if it does not name one. */
  #resolvePackage(from: string, name?: string | null): string | undefined {
    const root = this.#roots.get(from);
    if (root === undefined) return undefined;
    const { staticExports } = this.#parse(root, readFileSync(root, 'utf8'));
    const entry = staticExports
      .flatMap(({ entries }) => entries)
      .find(({ exportName }) => exportName.name === name);
    return entry?.moduleRequest ? resolveFrom(root, entry.moduleRequest.value) : root;
  }
}

const resolveFrom = (file: string, from: string): string => relative('.', resolve(dirname(file), from));

/** Entry modules of this repository's packages by import specifier. */
function findPackageRoots(): Map<string, string> {
  const roots = new Map<string, string>();
  for (const path of globSync(['packages/*/package.json', '*/package.json'])) {
    const { name, exports = {} } = JSON.parse(readFileSync(path, 'utf8')) as PackageFile;
    for (const [key, entry] of Object.entries(exports)) {
      const source = typeof entry === 'string' ? entry : entry[SOURCE];
      if (source !== undefined) roots.set(join(name, key), join(dirname(path), source));
    }
  }
  return roots;
}
