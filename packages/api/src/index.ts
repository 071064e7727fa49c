export { isLoopback, isWeakSecret } from './config-secrets.ts';
export { type ApiEnv, loadApiEnv } from './config.ts';
export { buildApp } from './server.ts';
