/** Pages load their files by relative URLs, so their trailing slash matters. */
const PAGES = /^\/(docs|admin)(\/|$)/;

/** Removes the trailing slash of the path: `/health/` becomes `/health`. */
export function withoutTrailingSlash(url: string): string {
  const [path = '', ...query] = url.split('?');
  if (!path.endsWith('/') || path === '/' || PAGES.test(path)) return url;
  return [path.replace(/\/+$/, '') || '/', ...query].join('?');
}
