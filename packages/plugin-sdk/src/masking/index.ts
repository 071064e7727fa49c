export { KnownSecrets } from './known-secrets.ts';
export { safeText } from './safe-text.ts';
