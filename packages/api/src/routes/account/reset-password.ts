import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { LOGIN_STYLE } from '../../http/login-page.ts';
import { allowPages } from '../../http/page-policy.ts';
import { RESET_PAGE, RESET_SCRIPT } from '../../http/reset-page.ts';

const FILES = [
  ['/reset-password', 'text/html; charset=utf-8', RESET_PAGE],
  ['/account.css', 'text/css; charset=utf-8', LOGIN_STYLE],
  ['/reset-password.js', 'text/javascript; charset=utf-8', RESET_SCRIPT],
] as const;

const resetPage: FastifyPluginAsyncZod = async (app) => {
  allowPages(app);
  for (const [url, type, text] of FILES) {
    app.get(
      url,
      { config: { access: 'public', ownership: 'shared' }, schema: { hide: true } },
      async (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(text),
    );
  }
};

export default resetPage;
