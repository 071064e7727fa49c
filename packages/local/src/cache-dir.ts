import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder outside the repository for built and downloaded servers, shared by all runs. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  return env['MCP_SERVER_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mcp-server');
}
