/** Pages load their files relative to themselves, so there a slash makes a difference. */
const PAGES = /^\/(docs|admin)(\/|$)/;

/** The URL with the slash at the end of its path removed: `/health/` is `/health`. */
export function withoutTrailingSlash(url: string): string {
  const [path = '', ...query] = url.split('?');
  if (!path.endsWith('/') || path === '/' || PAGES.test(path)) return url;
  return [path.replace(/\/+$/, '') || '/', ...query].join('?');
}
