/** Folder whose subfolders are the built-in plugins; a worker loads all of them. */
export const builtInPlugins: URL = new URL('.', import.meta.url);
