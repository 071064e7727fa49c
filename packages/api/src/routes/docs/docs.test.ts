import t from 'tap';

import { startTestApp } from '../../testing/test-app.ts';

t.test(
  'the page and everything it loads come from this server, under a policy without inline scripts',
  async (t) => {
    const { inject } = await startTestApp(t);
    const page = await inject({ url: '/docs/' });

    t.equal(page.statusCode, 200);
    t.match(page.headers['content-security-policy'], "script-src 'self'; ");
    t.notMatch(page.body, /<script>|https?:\/\//);
    const files = [...page.body.matchAll(/(?:src|href)="(?<path>[^"]+)"/g)].map(
      ({ groups }) => groups?.path ?? '',
    );
    t.ok(files.length > 3);
    for (const file of files) {
      const { pathname } = new URL(file, 'http://localhost/docs/');
      t.equal((await inject({ url: pathname })).statusCode, 200, pathname);
    }
    t.equal((await inject({ url: '/docs' })).headers.location, '/docs/');
    t.equal((await inject({ url: '/docs/json' })).json().openapi, '3.1.0');
  },
);
