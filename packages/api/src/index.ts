export { isLoopback, isWeakSecret, readSecretList } from './config/secrets.ts';
export { type ApiEnv, buildApiEnv, loadApiEnv } from './config/config.ts';
export { buildApp } from './app.ts';
