/** It ships no types; only the parts we use are declared. */
declare module 'npm-registry-fetch' {
  export default function npmFetch(
    path: string,
    options: {
      registry?: string;
      query?: Record<string, string>;
      signal?: AbortSignal;
      timeout?: number;
      fetchRetries?: number;
    },
  ): Promise<{ body: AsyncIterable<Buffer> & { destroy(error?: Error): void } }>;
}
