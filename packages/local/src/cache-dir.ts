import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where built and downloaded servers are kept between runs, outside the repository. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  return env['MCP_SERVER_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mcp-server');
}
