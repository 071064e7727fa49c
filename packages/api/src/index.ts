export { isLoopback, isWeakSecret } from './config/secrets.ts';
export { type ApiEnv, loadApiEnv } from './config/config.ts';
export { buildApp } from './app.ts';
