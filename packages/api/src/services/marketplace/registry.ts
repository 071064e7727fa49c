import { errors, PLUGIN_KEYWORD } from '@mcp-server/shared';
import npmFetch from 'npm-registry-fetch';
import { z } from 'zod';

/** Time for one request to the registry, its body included. */
const REQUEST_MS = 5_000;
/** Largest response that is read. */
const MAX_BODY_BYTES = 4_194_304;
/** Hits asked for; those without the keyword are left out of them. */
const SEARCH_SIZE = 250;

/** Packages have had a text in place of a list. */
const Keywords = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/))])
  .optional()
  .catch(undefined);

/** A hit as the public registry sends it; private ones leave out fields, or have them in `dist-tags` and `time`. */
const Hit = z
  .object({
    name: z.string(),
    version: z.string().optional(),
    'dist-tags': z.object({ latest: z.string() }).optional().catch(undefined),
    description: z.string().optional().catch(undefined),
    keywords: Keywords,
    date: z.string().optional().catch(undefined),
    time: z.object({ modified: z.string() }).optional().catch(undefined),
    publisher: z.object({ username: z.string() }).optional().catch(undefined),
  })
  .transform(({ 'dist-tags': tags, time, version = tags?.latest, date = time?.modified, ...hit }) => ({
    ...hit,
    version,
    date,
  }));
export type SearchHit = z.infer<typeof Hit> & { version: string };

const SearchAnswer = z.object({ objects: z.array(z.object({ package: z.unknown() })) });

const Dependencies = z.record(z.string(), z.string()).optional().catch(undefined);
const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  keywords: Keywords,
  dependencies: Dependencies,
  peerDependencies: Dependencies,
});
export type Manifest = z.infer<typeof Manifest>;

/** The configured package registry. */
export interface Registry {
  /** Finds plugins by text. @throws {errors.MarketplaceOff} {errors.RegistryUnavailable} */
  search(text: string): Promise<SearchHit[]>;
  /** Reads one version, or the one that a tag names. @throws {errors.UnknownPackage} and those of `search` */
  readManifest(name: string, version: string): Promise<Manifest>;
}

export const isPlugin = ({ keywords }: Pick<Manifest, 'keywords'>): boolean =>
  keywords?.includes(PLUGIN_KEYWORD) ?? false;

export function buildRegistry(setting: string | undefined): Registry {
  const read = async <T>(
    path: string,
    schema: z.ZodType<T>,
    query: Record<string, string> = {},
  ): Promise<T> => {
    if (setting === undefined) throw new errors.MarketplaceOff();
    // Without `registry` it is the public one, which npm's library knows.
    const registry = setting === 'npm' ? {} : { registry: setting };
    const signal = AbortSignal.timeout(REQUEST_MS);
    const response = await npmFetch(path, {
      ...registry,
      query,
      signal,
      timeout: REQUEST_MS,
      fetchRetries: 0,
    });
    return schema.parse(JSON.parse(await readText(response.body, signal)));
  };
  return {
    async search(text) {
      // Only the public registry is known to search by keyword.
      const words = setting === 'npm' ? `${text} keywords:${PLUGIN_KEYWORD}` : text;
      const query = { text: words.trim(), size: String(SEARCH_SIZE) };
      const answer = await read('/-/v1/search', SearchAnswer, query).catch(toUnavailable);
      const hits = answer.objects.map((object) => Hit.safeParse(object.package).data);
      // A hit that cannot be read is left out.
      return hits.filter(
        (hit) => hit !== undefined && hit.version !== undefined && isPlugin(hit),
      ) as SearchHit[];
    },
    async readManifest(name, version) {
      const path = `/${name.replace('/', '%2f')}/${encodeURIComponent(version)}`;
      return read(path, Manifest).catch((error: unknown) => {
        if ((error as { statusCode?: unknown }).statusCode === 404)
          throw new errors.UnknownPackage(`${name}@${version}`);
        return toUnavailable(error);
      });
    },
  };
}

function toUnavailable(cause: unknown): never {
  if (cause instanceof errors.MarketplaceOff) throw cause;
  throw Object.assign(new errors.RegistryUnavailable(), { cause });
}

/** @throws if the body is too large or not there in time. */
async function readText(body: NpmBody, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const destroy = () => body.destroy(new Error('the registry took too long'));
  signal.addEventListener('abort', destroy, { once: true });
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_BODY_BYTES) throw new Error('the response of the registry is too large');
      chunks.push(chunk);
    }
  } finally {
    signal.removeEventListener('abort', destroy);
    body.destroy();
  }
  return Buffer.concat(chunks).toString();
}

type NpmBody = Awaited<ReturnType<typeof npmFetch>>['body'];
