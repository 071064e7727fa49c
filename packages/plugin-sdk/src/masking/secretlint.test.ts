import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import t from 'tap';

import { safeText } from './safe-text.ts';

type Rule = (typeof rules)[number];

/** Rules that find no credential in a text: one only reads comments that switch others off, one needs a whole file. */
const NOT_COMPARED = new Set(['filter-comments', 'gcp']);

const part = (length: number, digits = 'Canary9x') =>
  digits.repeat(Math.ceil(length / digits.length)).slice(0, length);
const hex = (length: number) => part(length, 'c0ffee42');

/** A credential that each rule finds, assembled here, so that no scanner takes this file for a leak. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  aws: [
    `AWS_SECRET_ACCESS_KEY=${part(40)}`,
    `"aws_secret_access_key" => "${part(40)}"`,
    `AKIA${part(16, 'CANARY9X')}`,
  ],
  privatekey: [
    ['-----BEGIN RSA PRIVATE', `KEY-----\nMII${part(200)}\n-----END RSA PRIVATE KEY-----`].join(' '),
    ['-----BEGIN PRIVATE', `KEY-----\nMII${part(200)}\n-----END PRIVATE KEY-----`].join(' '),
  ],
  npm: [`npm_${part(36)}`, `https://${part(40)}:x-oauth-basic@github.com/x/y`],
  basicauth: [`https://ada:${part(12)}@example.com/`],
  slack: [
    `xoxb-${part(12, '1234')}-${part(12, '1234')}-${part(24)}`,
    `https://hooks.slack.com/services/T${part(8)}/B${part(8)}/${part(24)}`,
  ],
  sendgrid: [`SG.${part(22)}.${part(43)}`],
  shopify: [`shpat_${hex(32)}`],
  stripe: [`sk_live_${part(24)}`, `rk_live_${part(24)}`],
  github: [`ghp_${part(36)}`, `ghs_${part(36)}`, `github_pat_${part(82)}`],
  gitlab: [`glpat-${part(20)}`],
  grafana: [`glc_${part(40)}`, `glsa_${part(32)}_${hex(8)}`],
  openai: [`sk-proj-${part(74)}T3BlbkFJ${part(74)}`, `sk-${part(20)}T3BlbkFJ${part(20)}`],
  anthropic: [`sk-ant-api03-${part(93)}AA`],
  groq: [`gsk_${part(52)}`],
  huggingface: [`hf_${part(34, 'Canary')}`],
  linear: [`lin_api_${part(40)}`],
  notion: [`ntn_${part(11, '1234')}${part(35)}`],
  '1password': [`ops_${Buffer.from(JSON.stringify({ secretKey: part(102) })).toString('base64')}`],
  'database-connection-string': [
    `mongodb+srv://ada:${part(12)}@db.example.com/x`,
    `mysql://ada:${part(12)}@db.example.com/x`,
    `postgres://ada:${part(12)}@db.example.com/x`,
  ],
  'hashicorp-vault': [`hvs.${part(95)}`, `hvb.${part(150)}`],
  vercel: [`vcp_${part(24)}`],
  databricks: [`dapi${hex(32)}`],
  docker: [`dckr_pat_${part(27)}`],
  figma: [`figd_${part(44)}`],
  cloudflare: [`cfut_${part(40)}${hex(8)}`],
  tailscale: [`tskey-auth-${part(17)}-${part(32)}`],
};

const nameOf = ({ meta }: Rule): string => meta.id.replace('@secretlint/secretlint-rule-', '');

async function countFindings(rule: Rule, content: string): Promise<number> {
  const { messages } = await lintSource({
    source: { filePath: '', content, contentType: 'text', ext: '.txt' },
    options: {
      config: { rules: [{ id: rule.meta.id, rule, options: { enableIDScanRule: true } }] },
      noPhysicFilePath: true,
    },
  });
  return messages.length;
}

t.test('everything that the rules of secretlint find is masked', async (t) => {
  for (const rule of rules) {
    const name = nameOf(rule);
    if (NOT_COMPARED.has(name)) continue;
    const samples = SAMPLES[name] ?? [];
    t.ok(samples.length > 0, `${name}: a new rule needs a sample here, and perhaps a rule of our own`);
    for (const sample of samples) {
      const text = `before ${sample} after`;
      t.ok((await countFindings(rule, text)) > 0, `${name} finds ${sample.slice(0, 12)}…`);
      // It takes any text for a password of a database, also a masked one.
      if (name !== 'database-connection-string')
        t.equal(await countFindings(rule, safeText(text)), 0, `${name}: ${safeText(text)}`);
      t.notMatch(safeText(text), part(8), name);
    }
  }
});
