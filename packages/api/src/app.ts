import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import autoload from '@fastify/autoload';
import Fastify, { type FastifyInstance, LogController, type RouteOptions } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';

import type { Deps } from './deps.ts';
import { registerAccessTokens } from './http/access-token.ts';
import { requireAccess } from './http/authenticate.ts';
import { buildClientErrorHandler } from './http/client-error.ts';
import { handleUnknownRoutes, buildErrorHandler } from './http/error-handler.ts';
import { acceptJsonOnly } from './http/json-body.ts';
import { measureRequests } from './http/measure-requests.ts';
import { registerOpenapi } from './http/openapi.ts';
import { requireOwnHost } from './http/own-host.ts';
import { protectBrowsers } from './http/protection.ts';
import { logRequests } from './http/request-log.ts';
import { requireDatabase } from './http/require-database.ts';
import { registerSockets } from './http/sockets.ts';
import { withoutTrailingSlash } from './http/trailing-slash.ts';
import { validatorCompiler } from './http/validation.ts';

declare module 'fastify' {
  interface FastifyInstance {
    deps: Deps;
  }
}

const BODY_LIMIT_BYTES = 1_048_576;
/** Time to receive a whole request, so that a trickling one cannot hold a connection. Responses may take longer. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Requests that are late are looked for this often; Node's default would double the timeout. */
const TIMEOUT_CHECK_MS = 5_000;

/** Builds the application. It neither listens nor owns what is in `deps`. `onRoute` is called for every route. */
export async function buildApp(
  deps: Deps,
  { onRoute }: { onRoute?: (route: RouteOptions) => void } = {},
): Promise<FastifyInstance> {
  const onError = buildErrorHandler(BODY_LIMIT_BYTES);
  const app = Fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    clientErrorHandler: buildClientErrorHandler(deps.logger),
    trustProxy: deps.config.TRUST_PROXY.length > 0 ? deps.config.TRUST_PROXY : false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    frameworkErrors: onError,
    rewriteUrl: ({ url = '/' }) => withoutTrailingSlash(url),
  }) as unknown as FastifyInstance;
  if (onRoute) app.addHook('onRoute', onRoute);
  app.decorate('deps', deps);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(onError);
  handleUnknownRoutes(app);
  acceptJsonOnly(app);
  logRequests(app);
  measureRequests(app);
  requireOwnHost(app);
  await protectBrowsers(app);
  requireDatabase(app);
  await registerAccessTokens(app, deps.config);
  await registerSockets(app);
  await requireAccess(app);
  await registerOpenapi(app);
  app.addHook('onSend', async (_request, reply) => {
    // Otherwise a keep-alive client would find the connection closed at its next request.
    if (deps.readiness.isClosing()) reply.header('connection', 'close');
  });
  // Waiting callers get a response now; otherwise closing would take as long as their waits.
  app.addHook('preClose', async () => deps.waiters.close());
  await app.register(autoload, {
    dir: join(import.meta.dirname, 'routes'),
    ignoreFilter: /\.test\./,
    forceESM: true,
  });
  await app.ready();
  return app;
}
