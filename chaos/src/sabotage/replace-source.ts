import { registerHooks } from 'node:module';

interface Replacement {
  /** End of the file's path. */
  file: string;
  /** Must occur exactly once: otherwise a changed source would leave the product intact, unnoticed. */
  text: string;
  by: string;
}

/**
 * Changes the source of modules while they are loaded. Only `node --import` of a file in this folder does this; no
 * setting can.
 */
export function replaceSource(name: string, replacements: readonly Replacement[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = replacements.filter(({ file }) => url.endsWith(file));
      if (mine.length === 0) return loaded;
      let source = new TextDecoder().decode(Buffer.from(loaded.source as Uint8Array));
      for (const { file, text, by } of mine) {
        if (source.split(text).length !== 2)
          throw new Error(`sabotage ${name}: not once in ${file}: ${text}`);
        source = source.replace(text, () => by);
        process.stdout.write(
          `${JSON.stringify({ level: 30, name: 'sabotage', file, msg: `${name} in place` })}\n`,
        );
      }
      return { ...loaded, source };
    },
  });
}
