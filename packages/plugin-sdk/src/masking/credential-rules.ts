import { MASK } from './known-secrets.ts';

/** Replaces what looks like a credential; all other parts stay. */
export type CredentialRule = readonly [pattern: RegExp, replacement: string];

/** Names of settings, headers and fields whose value is a secret. */
const NAME =
  'pass(?:word|wd|phrase|code)|pwd|secret|token|api[-_ ]?key|(?:access|account|private|signing|encryption)[-_ ]?key|' +
  'authorization|credentials?|_pass';
/** Words that follow "password is" in messages about passwords. */
const NO_VALUE =
  'not|no|too|required|missing|invalid|incorrect|wrong|expired|empty|weak|unknown|set|null|undefined|valid|correct|a|an|the|used|' +
  'never|only|stored|being|in|on|at|to|of|ok|now|still|already|unset|revoked|rejected|refused';
const QUERY_NAME =
  'sig|signature|sas|assertion|client_secret|code_verifier|sessionid|session_id|sid|x-amz-[a-z-]{1,30}|x-goog-[a-z-]{1,30}';

/** Tokens with a prefix of their issuer, longest prefix first. The formats are those of secretlint's rules and of the issuers. */
const PREFIXES = [
  'github_pat_\\w{8,}',
  'gh[pousr]_[\\w.-]{8,}',
  'gl(?:pat|dt|rt|ptt|cbt|soat|ft|agent)-[\\w.-]{8,}',
  'gl(?:c|sa)_[\\w+/=]{8,}',
  '[sr]k_(?:live|test)_\\w{8,}',
  'whsec_[\\w+/=]{8,}',
  'sk-(?:ant|proj|svcacct|admin|or)-[\\w-]{8,}',
  'sk-\\w{20,}',
  'gsk_\\w{20,}',
  'xox[a-z]-[\\w-]{8,}',
  'xapp-[\\w-]{8,}',
  'npm_\\w{30,}',
  'pypi-[\\w-]{30,}',
  'rubygems_\\w{20,}',
  'hf_[A-Za-z]{30,}',
  'lin_api_\\w{20,}',
  'ntn_\\w{30,}',
  'SG\\.[\\w-]{8,128}\\.[\\w-]{8,}',
  'shp(?:pa|ca|at|ss)_\\w{20,}',
  'dckr_[a-z]{3}_[\\w-]{20,}',
  'do[opr]_v1_\\w{20,}',
  'figd_[\\w-]{20,}',
  'cf(?:k|ut|at)_\\w{30,}',
  'tskey-[\\w-]{16,}',
  'vc[piark]_\\w{20,}',
  'hv[sbr]\\.[\\w-]{20,}',
  'dapi[A-Fa-f0-9]{32}(?:-\\d)?',
  'ops_ey[\\w+/=]{40,}',
  'mcp_[\\w-]{8,}',
  'sq0[a-z]{3}-[\\w-]{20,}',
  'AIza[\\w-]{30,}',
  'ya29\\.[\\w-]{20,}',
  'GOCSPX-[\\w-]{20,}',
  '(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|A3T[A-Z0-9])[A-Z0-9]{8,}',
  '\\d{8,10}:AA[\\w-]{30,}',
  'eyJ[\\w-]{5,}\\.[\\w-]{5,}\\.[\\w-]*',
].join('|');

/**
 * Rules for credentials, applied in this order. Each begins at a literal or a word boundary, and is bounded up to where it can
 * fail, so that masking takes time in proportion to the text. A test compares them with a maintained rule set.
 */
export const CREDENTIAL_RULES: readonly CredentialRule[] = [
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    MASK,
  ],
  // Headers: in JSON up to the quote, otherwise up to the end of the line.
  [
    /(["'](?:set-cookie|cookie|(?:proxy-)?authorization)["']\s{0,8}:\s{0,8}["'[\s]{1,8})[^"'\r\n]+/gi,
    `$1${MASK}`,
  ],
  [/(\b(?:set-cookie|cookie|(?:proxy-)?authorization)\s{0,8}[:=]\s{0,8})[^\r\n]+/gi, `$1${MASK}`],
  [/\b(Digest|Hawk|OAuth)\s{1,8}(?=\w{1,30}=)[^\r\n]+/gi, `$1 ${MASK}`],
  [/\b(AWS4-HMAC-SHA256)\s[^\r\n]+/g, `$1 ${MASK}`],
  [/\b(Bearer|Basic|Negotiate|NTLM|ApiKey)\s{1,8}[\w.~+/=-]+/gi, `$1 ${MASK}`],
  // A password in an address may hold what it should not; a port before a path is none.
  [/(\b\w[\w+.-]{0,31}:\/\/[^\s/:@]{0,256}):(?!\d{1,5}(?:[/?#]|$))[^\s"'<>]{1,512}@/g, `$1:${MASK}@`],
  // A long name is a token, with a password such as `x-oauth-basic` or without one.
  [/(\b\w[\w+.-]{0,31}:\/\/)[^\s/:@]{20,512}(?=:\[redacted\]@)/g, `$1${MASK}`],
  [/(\b\w[\w+.-]{0,31}:\/\/)[^\s/:@]{16,512}@/g, `$1${MASK}@`],
  [
    /(\b(?:hooks\.slack\.com\/(?:services|workflows)|discord(?:app)?\.com\/api\/webhooks\/\d{5,25})\/)[\w/-]+/g,
    `$1${MASK}`,
  ],
  [new RegExp(`(?<![A-Za-z0-9])(?:${PREFIXES})`, 'g'), MASK],
  [new RegExp(`(\\b(?:${QUERY_NAME})=)[^&\\s"'#,;]+`, 'gi'), `$1${MASK}`],
  [new RegExp(`((?:${NAME})["']?\\s{0,8}[:=]>?\\s{0,8})(["'])[^"'\\r\\n]{1,1000}`, 'gi'), `$1$2${MASK}`],
  [new RegExp(`((?:${NAME})["']?\\s{0,8}[:=]>?\\s{0,8})[^\\s"',;&]+`, 'gi'), `$1${MASK}`],
  [
    new RegExp(
      `(\\b(?:${NAME})\\s{1,8}(?:is|was)\\s{0,8}:?\\s{0,8}["'\`]?)(?!(?:${NO_VALUE})\\b)[^\\s"'\`,;&]+`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/(\s(?:-u|--user)[\s=]{1,4}[^\s:]{1,128}:)\S{1,256}/g, `$1${MASK}`],
];
