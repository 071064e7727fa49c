export { startLocalServices, type LocalServices, type LocalServicesOptions } from './local-services.ts';
export { LocalServiceError } from './service-error.ts';
export type { ServiceControl } from './service.ts';
