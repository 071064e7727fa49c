import type { FastifyInstance } from 'fastify';

/** Pages load from here and nowhere else; no inline script runs, inline styles do (Bull Board, Swagger UI). */
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

/** The policy of the few routes that are pages, in place of the one for data. */
export function allowPages(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', POLICY).header('cross-origin-resource-policy', 'same-origin');
  });
}
