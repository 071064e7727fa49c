import t from 'tap';

import {
  failureOf,
  openCanary,
  openService,
  resolveFrom,
  runRequest,
  SERVICE,
} from './testing/test-servers.ts';

/** URL forms of private targets. `PORT` is the port of the canary, on IPv4 and IPv6. */
const FORMS = [
  'http://127.0.0.1:PORT',
  'http://127.1:PORT',
  'http://127.8.9.10:PORT',
  'http://0:PORT',
  'http://0.0.0.0:PORT',
  'http://0x7f000001:PORT',
  'http://0177.0.0.1:PORT',
  'http://2130706433:PORT',
  'http://127.0.0.1.:PORT',
  'http://１２７.0.0.1:PORT',
  'http://[::1]:PORT',
  'http://[::]:PORT',
  'http://[::127.0.0.1]:PORT',
  'http://[::7f00:1]:PORT',
  'http://[::ffff:127.0.0.1]:PORT',
  'http://[::ffff:7f00:1]:PORT',
  'http://[::ffff:169.254.169.254]/latest/meta-data',
  'http://[::ffff:0:127.0.0.1]:PORT',
  'http://[64:ff9b::127.0.0.1]:PORT',
  'http://[64:ff9b:1::7f00:1]:PORT',
  'http://[2002:7f00:1::]:PORT',
  'http://[2001::1]:PORT',
  'http://[fe80::1]:PORT',
  'http://[fec0::1]:PORT',
  'http://[fc00::1]:PORT',
  'http://[fd00:ec2::254]/',
  'http://[ff02::1]:PORT',
  'http://[2001:db8::1]:PORT',
  'http://[4000::1]:PORT',
  'http://10.0.0.1',
  'http://172.16.0.1',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://100.100.100.200',
  'http://169.254.169.254',
  'http://168.63.129.16',
  'http://192.0.0.192',
  'http://198.18.0.1',
  'http://224.0.0.1',
  'http://240.0.0.1',
  'http://255.255.255.255',
  'http://localhost:PORT',
  'http://localhost.:PORT',
  'http://LOCALHOST:PORT',
  'http://a.localhost:PORT',
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://metadata.google.internal./',
  'http://metadata/',
  'http://metadata.goog/',
  'http://printer.local/',
  'http://instance-data/latest/',
  'http://a@127.0.0.1:PORT',
  'http://user:password@example.com:PORT',
  'http://127.0.0.1:PORT\\@example.com',
  'https://127.0.0.1:PORT',
  'http://127.0.0.1:6379',
  'http://127.0.0.1:27017',
  'http://1.1.1.1:6379',
  'http://1.1.1.1:25',
  'file:///etc/passwd',
  'gopher://127.0.0.1:PORT/_x',
  'ftp://127.0.0.1:PORT',
  'ws://127.0.0.1:PORT',
  'data:text/plain,x',
  'unix:/var/run/docker.sock',
  'http+unix://%2fvar%2frun%2fdocker.sock/',
  'blob:http://127.0.0.1:PORT/x',
  'http://private.test:PORT',
  'http://mixed.test:PORT',
  'http://mapped.test:PORT',
  'http://six.test:PORT',
];
const resolve = resolveFrom({
  [SERVICE]: ['127.0.0.1'],
  'private.test': ['127.0.0.1'],
  'mixed.test': ['93.184.215.14', '127.0.0.1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'six.test': ['::1'],
  'example.com': ['127.0.0.1'],
});
const REFUSED = {
  name: 'FatalError',
  code: 'SSRF_BLOCKED',
  message: 'The target of this request is not allowed.',
};

t.test('every form of a private target is refused with one message, and nothing connects', async (t) => {
  const canary = await openCanary(t);

  for (const form of FORMS) {
    const url = form.replace('PORT', String(canary.port));
    t.match(await failureOf(runRequest({ url }, { resolve })), REFUSED, form);
  }
  t.equal(canary.count(), 0);
});

t.test('every form is refused as the target of every kind of redirect', async (t) => {
  const canary = await openCanary(t);
  let target = '';
  const service = await openService(t, (request, response) => {
    const status = Number(new URL(request.url ?? '', 'http://x').searchParams.get('status'));
    response.writeHead(status, { location: target }).end();
  });
  // Header values are bytes: a form that is not ASCII arrives percent-encoded or not at all.
  const forms = FORMS.filter((form) => /^[\x20-\x7e]*$/.test(form));

  for (const form of forms) {
    target = form.replace('PORT', String(canary.port));
    for (const status of [301, 302, 303, 307, 308]) {
      const run = runRequest({ url: service, method: 'POST', query: { status } }, { resolve });
      t.match(await failureOf(run), REFUSED, `${status} ${form}`);
    }
  }
  t.equal(canary.count(), 0);
});

t.test('a target at the end of a chain of redirects is refused', async (t) => {
  const canary = await openCanary(t);
  const service = await openService(t, (request, response) => {
    const hop = Number(request.url?.slice(1));
    const location = hop < 19 ? `/${hop + 1}` : `http://127.0.0.1:${canary.port}`;
    response.writeHead(302, { location }).end();
  });

  const run = runRequest({ url: `${service}/0`, maxRedirects: 20 });

  t.match(await failureOf(run), REFUSED);
  t.equal(canary.count(), 0);
});

t.test('a name that is rebound to another address reaches only the checked address', async (t) => {
  let seen = 0;
  const service = await openService(t, (_request, response) => {
    seen++;
    // Each hop needs its own connection, and so its own lookup.
    response.writeHead(302, { location: '/', connection: 'close' }).end();
  });
  const port = Number(new URL(service).port);
  const canary = await openCanary(t, { port, host: '127.0.0.2' });
  const questions: string[] = [];
  const rebind: typeof resolve = (hostname, options, callback) => {
    questions.push(hostname);
    const address = questions.length <= 2 ? '127.0.0.1' : '127.0.0.2';
    resolveFrom({ [hostname]: [address] })(hostname, options, callback);
  };

  const run = runRequest(
    { url: `http://rebind.test:${port}` },
    { resolve: rebind, settings: { allow: '127.0.0.1' } },
  );

  t.match(await failureOf(run), REFUSED);
  // Two connections for two lookups: no name was resolved again after its check.
  t.equal(seen, 2);
  t.equal(questions.length, 3);
  t.equal(canary.count(), 0);
});

t.test('a Host header of the caller is not sent', async (t) => {
  for (const name of [
    'Host',
    'host',
    'Content-Length',
    'Transfer-Encoding',
    'Proxy-Authorization',
    'Upgrade',
  ]) {
    t.throws(() => runRequest({ url: 'http://example.com', headers: { [name]: 'x' } }), name);
  }
  t.throws(() => runRequest({ url: 'http://example.com', headers: { a: 'x\r\nHost: y' } }), 'line break');
});
