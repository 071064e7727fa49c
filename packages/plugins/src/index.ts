/** The folder whose sub-folders are the built-in plugins; a worker loads every one of them. */
export const builtInPlugins: URL = new URL('.', import.meta.url);
