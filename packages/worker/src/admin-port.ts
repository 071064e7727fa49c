import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

import { bearerOf, isLocalScraper, isSameSecret } from '@mcp-server/shared';
import type { Registry } from 'prom-client';

export interface AdminPort {
  port: number;
  close(): Promise<void>;
}

interface AdminPages {
  /** Without a token only callers on this machine get metrics. */
  metricsToken: string | undefined;
  registry: Registry;
  /** Tells whether this worker can take work, with the reasons. */
  readiness(): Promise<{ ready: boolean; [fact: string]: unknown }>;
}

/** Serves `/health`, `/health/ready` and `/metrics` to orchestrators on an internal port. */
export async function openAdminPort(host: string, port: number, pages: AdminPages): Promise<AdminPort> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    const fail = () => answer(500, 'application/json', '{"ok":false}');
    switch (request.url?.split('?')[0]) {
      case '/health':
        return answer(200, 'application/json', '{"ok":true}');
      case '/health/ready':
        return void pages
          .readiness()
          .then((facts) => answer(facts.ready ? 200 : 503, 'application/json', JSON.stringify(facts)))
          .catch(fail);
      case '/metrics':
        if (!isScraper(request, pages.metricsToken)) return answer(401, 'application/json', '{"ok":false}');
        return void pages.registry
          .metrics()
          .then((text) => answer(200, pages.registry.contentType, text))
          .catch(fail);
      default:
        return answer(404, 'application/json', '{"ok":false}');
    }
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** True for a caller with the token; without a configured token, for a caller on this machine. */
function isScraper(request: IncomingMessage, token: string | undefined): boolean {
  const bearer = bearerOf(request);
  if (token === undefined) return bearer === undefined && isLocalScraper(request);
  return bearer !== undefined && isSameSecret(bearer, token);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
