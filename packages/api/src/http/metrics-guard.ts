import { bearerOf, errors, isLocalScraper, isSameSecret, type ScrapeRequest } from '@mcp-server/shared';

/** Admits a scraper on this machine, or one with the token. @throws {errors.Unauthenticated} */
export function requireScraper(request: ScrapeRequest, token: string | undefined): void {
  const bearer = bearerOf(request);
  const isAdmitted =
    bearer === undefined ? isLocalScraper(request) : token !== undefined && isSameSecret(bearer, token);
  if (!isAdmitted) throw new errors.Unauthenticated();
}
