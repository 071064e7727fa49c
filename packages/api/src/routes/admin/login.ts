import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { LOGIN_PAGE, LOGIN_SCRIPT, LOGIN_STYLE } from '../../http/login-page.ts';
import { allowPages } from '../../http/page-policy.ts';

const FILES = [
  ['/login', 'text/html; charset=utf-8', LOGIN_PAGE],
  ['/login.css', 'text/css; charset=utf-8', LOGIN_STYLE],
  ['/login.js', 'text/javascript; charset=utf-8', LOGIN_SCRIPT],
] as const;

const login: FastifyPluginAsyncZod = async (app) => {
  allowPages(app);
  for (const [url, type, text] of FILES) {
    app.get(
      url,
      { config: { access: 'public', ownership: 'shared' }, schema: { hide: true } },
      async (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(text),
    );
  }
};

export default login;
