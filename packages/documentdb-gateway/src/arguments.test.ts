import t from 'tap';

import { parseArguments, UsageError } from './arguments.ts';

t.test('without options it listens where MongoDB does, on loopback', async (t) => {
  t.same(parseArguments([]), {
    postgresUrl: undefined,
    host: '127.0.0.1',
    port: 27_017,
    maxSessions: 24,
  });
});

t.test('options replace the defaults', async (t) => {
  const argv = ['--postgres', 'postgres://db/x', '--host', '::1', '--port', '0', '--sessions', '8'];

  t.same(parseArguments(argv), { postgresUrl: 'postgres://db/x', host: '::1', port: 0, maxSessions: 8 });
});

t.test('help and version win over everything else', async (t) => {
  t.equal(parseArguments(['--port', '0', '--help']), 'help');
  t.equal(parseArguments(['--version']), 'version');
});

t.test('wrong options are refused with a message that names them', async (t) => {
  t.throws(() => parseArguments(['--prot', '1']), UsageError);
  t.throws(() => parseArguments(['stray']), UsageError);
  t.throws(() => parseArguments(['--port', '65536']), {
    message: /--port must be an integer from 0 to 65535/,
  });
  t.throws(() => parseArguments(['--port', '']), UsageError);
  t.throws(() => parseArguments(['--sessions', '0']), UsageError);
});
