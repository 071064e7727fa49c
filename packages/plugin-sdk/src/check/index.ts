export { PluginError } from './plugin-error.ts';
export { findPluginProblems } from './plugin-problems.ts';
export { toSchemaText } from './schema-problems.ts';
