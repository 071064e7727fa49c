/** The longest wait that proxies and clients commonly survive. */
export const MAX_WAIT_SECONDS = 60;
/** What a caller gets who does not say. */
export const DEFAULT_WAIT_SECONDS = 30;

/** True for a caller that wants no wait at all (RFC 7240, section 4.1). */
export const prefersAsync = (prefer: string | undefined): boolean =>
  (prefer ?? '').split(/[,;]/).some((preference) => preference.trim().toLowerCase() === 'respond-async');
