export { KnownSecrets } from './known-secrets.ts';
export { safeText } from './safe-text.ts';
export { addSecretSettings } from './secret-settings.ts';
