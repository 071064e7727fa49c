import type { FastifyInstance } from 'fastify';

/** Pages load from this server only; inline scripts do not run, inline styles do (Bull Board, Swagger UI). */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Sets the policy of the few routes that are pages, instead of the one for data. */
export function allowPages(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', POLICY).header('cross-origin-resource-policy', 'same-origin');
  });
}
