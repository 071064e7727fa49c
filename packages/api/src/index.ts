export { type ApiEnv, loadApiEnv } from './config.ts';
export { buildApp } from './server.ts';
