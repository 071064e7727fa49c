export { unpackDebianPackage } from './debian-package.ts';
export { provideExecutable, type DebianExecutable } from './debian-executable.ts';
export { findFreePort } from './free-port.ts';
export { startLocalServices, type LocalServices, type LocalServicesOptions } from './local-services.ts';
export { NodeProcess, type NodeProcessOptions, type ProcessEnd } from './node-process.ts';
export { dieWithParent, runCommand, ServerProcess } from './server-process.ts';
export { LocalServiceError } from './service-error.ts';
export type { ServiceControl } from './service.ts';
export { readRuntimeFile, RuntimeFile } from './start/runtime-file.ts';
