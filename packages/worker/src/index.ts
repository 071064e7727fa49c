export { type WorkerConfig, WorkerEnv } from './config.ts';
