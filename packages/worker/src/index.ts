export { loadPlugins } from './catalogue/load-plugins.ts';
export { variableName } from './catalogue/read-settings.ts';
export { type WorkerConfig, WorkerEnv } from './config.ts';
