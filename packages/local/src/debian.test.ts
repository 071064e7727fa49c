import t from 'tap';

import { findDebianMirror } from './debian.ts';

t.test('finds the archive in a deb822 file', async (t) => {
  const aptDir = t.testdir({
    'sources.list.d': {
      'debian.sources': [
        'Types: deb',
        '# a comment',
        'URIs: http://archive.example/debian-security',
        'Suites: bookworm-security',
        '',
        'Types: deb',
        'URIs: http://archive.example/debian',
        'Suites: bookworm',
      ].join('\n'),
    },
  });

  t.equal(findDebianMirror(aptDir), 'http://archive.example/debian');
});

t.test('finds the archive in a one-line file', async (t) => {
  const text = '# deb http://no.example/debian x main\ndeb http://a.example/debian/ bookworm main\n';
  const aptDir = t.testdir({ 'sources.list': text });

  t.equal(findDebianMirror(aptDir), 'http://a.example/debian/');
});

t.test('finds the archive behind options', async (t) => {
  const text = 'deb [signed-by=/k arch=amd64] https://b.example/debian bookworm main\n';
  const aptDir = t.testdir({ 'sources.list': text });

  t.equal(findDebianMirror(aptDir), 'https://b.example/debian');
});

t.test('ignores other archives', async (t) => {
  const aptDir = t.testdir({
    'sources.list.d': {
      'node.sources': 'Types: deb\nURIs: https://packages.example/node_20.x\nSuites: nodistro\n',
      'backup.sources.bak': 'URIs: http://old.example/debian\n',
    },
  });

  t.equal(findDebianMirror(aptDir), undefined);
});
