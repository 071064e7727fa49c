import t from 'tap';

import { safeText } from './safe-text.ts';

/** Below this the clock of the processor says little. */
const MIN_MEASURABLE_US = 500;

/** Digits of a token; assembled here, so that no scanner takes this file for a leak. */
const token = (length: number) => 'Canary9x'.repeat(Math.ceil(length / 8)).slice(0, length);
const pem = ['-----BEGIN RSA PRIVATE', 'KEY-----\nMIICanary\nCanary==\n-----END RSA PRIVATE KEY-----'].join(
  ' ',
);

t.test('well-known credentials are masked, in the texts in which they occur', async (t) => {
  const leaks = [
    'Authorization: Bearer canary.abc-123',
    'Authorization: Digest username="ada", realm="x", nonce="canary", response="canary"',
    'sent Digest username="ada", response="canary"',
    '{"authorization":"Digest username=canary","method":"GET"}',
    'Proxy-Authorization: Basic Y2FuYXJ5',
    'Cookie: sid=canary; theme=canary',
    'Set-Cookie: sid=canary; HttpOnly; canary',
    '{"cookie":"sid=canary; a=canary"}',
    'password=canary',
    'password = "canary with canary"',
    "{ password: 'canary canary' }",
    'the password is canary',
    'Password was: canary',
    'token is canary',
    'passphrase: canary',
    'pwd=canary',
    'DB_PASS=canary',
    'sent {"apiKey":"canary"}',
    'token: canary',
    'aws_secret_access_key = canary/canary+canary',
    'AccountKey=canary==;EndpointSuffix=x',
    `AKIA${'CANARY9X'.repeat(2)}`,
    `ASIA${'CANARY9X'.repeat(2)}`,
    `sk_live_${token(24)}`,
    `rk_test_${token(24)}`,
    `ghp_${token(36)}`,
    `github_pat_${token(82)}`,
    `glpat-${token(20)}`,
    `xoxb-12345678-${token(24)}`,
    `npm_${token(36)}`,
    `AIza${token(35)}`,
    `hf_${'Canary'.repeat(6)}`,
    `SG.${token(22)}.${token(43)}`,
    `sk-ant-api03-${token(90)}`,
    `sk-${token(48)}`,
    `https://hooks.slack.com/services/T00000000/B00000000/${token(24)}`,
    pem,
    pem.replaceAll('\n', String.raw`\n`),
    pem.slice(0, 50),
    'mcp_canary12345678',
    'eyJhbGciOiJI.eyJjYW5hcnkiOjF9.canary',
    'https://bob:canary@example.com/',
    'redis://:canary@host:6379',
    'redis://:can/canary@canary@host:6379/0',
    `https://${token(40)}@github.com/x`,
    'postgres://ada:canary@db/x',
    'https://account.blob.core.windows.net/c?sv=2024&sig=canary%2Bcanary%3D&se=x',
    'https://s3.amazonaws.com/b?X-Amz-Signature=canary&X-Amz-Credential=canary',
    'curl -u ada:canary https://example.com',
    '//registry.example.com/:_authToken=canary',
    `https://${token(40)}:x-oauth-basic@github.com/x`,
    `"aws_secret_access_key" => "canary canary"`,
  ];

  for (const text of leaks) {
    for (const around of [text, `before ${text}`, `line\n${text}\nafter`]) {
      t.notMatch(safeText(around), /canary/i, around);
      t.match(safeText(around), /\[redacted\]/, around);
    }
  }
});

t.test('ordinary texts stay as they are', async (t) => {
  const texts = [
    'The password is required.',
    'token is invalid or expired; the secret was not found',
    'GET http://localhost:3000/users/@me answered 404',
    'npm_config_registry is set, sk-learn 1.2 is installed',
    'mail ada@example.com, see https://example.com/a?b=c&design=d',
    'deadbeefdeadbeefdeadbeefdeadbeef',
    'took 3 ms: 5 of 7 items, signature verified',
    'cookies are fine',
  ];

  for (const text of texts) t.equal(safeText(text), text);
});

t.test('a secret that the end of the text divides is not shown in part', async (t) => {
  const long = `${'word '.repeat(395)}password=${'canary'.repeat(1_000)}`;

  t.notMatch(safeText(long), /canary/);
  t.notMatch(safeText(`${pem} `.repeat(400)), /canary/i);
});

t.test('masking takes time in proportion to the text, whatever the text', async (t) => {
  const parts = [
    'deadbeef',
    'word ',
    'a://',
    'https://user:',
    'https://user:1/',
    'https://aaaaaaaaaaaaaaaaaaaaaaaa',
    'Bearer      ',
    'Digest ',
    'Digest a',
    'eyJaaaaa.',
    'password',
    'password is ',
    'password : ',
    'password="',
    'api key',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN ',
    'cookie',
    'cookie:',
    '"cookie": ',
    'set-cookie ',
    'authorization=\n',
    'AKIA',
    'ghp_',
    'sk-',
    'sk_live_',
    'xoxb-',
    'SG.aaaaaaaaaa',
    'SG.aaaaaaaaaa.',
    '12345678:AA',
    '12345678',
    'glpat-a ',
    'x-amz-',
    'x-amz-a-a=',
    'sig=',
    'hooks.slack.com/services',
    ' -u a',
    ' --user   ',
    'AWS4-HMAC-SHA256',
  ];
  const secondsFor = (text: string) => {
    const runs = [1, 2, 3].map(() => {
      const before = process.cpuUsage();
      safeText(text, { maxLength: text.length });
      return process.cpuUsage(before).user;
    });
    return Math.max(Math.min(...runs), MIN_MEASURABLE_US);
  };

  for (const part of parts) {
    const short = part.repeat(Math.ceil(40_000 / part.length));
    const ratio = secondsFor(short.repeat(8)) / secondsFor(short);
    t.ok(ratio < 32, `${part}: 8 times the text took ${ratio.toFixed(1)} times as long; quadratic is 64`);
  }
});
