/** The longest wait that proxies and clients commonly survive. */
export const MAX_WAIT_SECONDS = 60;
/** Default wait. */
export const DEFAULT_WAIT_SECONDS = 30;

/** True if the caller does not want to wait at all (RFC 7240, section 4.1). */
export const prefersAsync = (prefer: string | undefined): boolean =>
  (prefer ?? '').split(/[,;]/).some((preference) => preference.trim().toLowerCase() === 'respond-async');
