import { isLoopback, isWeakSecret, readSecretList } from '@mcp-server/api';

import { defineCheck, fail, type Finding, problemsOr, warn } from '../check.ts';
import { hostOf } from '../host.ts';
import type { Installation } from '../installation.ts';
import { readSecretFile } from '../secret-file.ts';

const SECRETS = [
  'JWT_SECRET',
  'REFRESH_TOKEN_SECRET',
  'ADMIN_API_KEY',
  'METRICS_TOKEN',
  'WORKER_METRICS_TOKEN',
];
const NEEDED = ['JWT_SECRET', 'REFRESH_TOKEN_SECRET'] as const;
const DRAW = 'generate new secrets: npm run secrets';

function judgeSetSecrets({ variables, env }: Installation): Finding[] {
  const isWeak = (text: string | undefined) => text !== undefined && readSecretList(text).some(isWeakSecret);
  const weak = SECRETS.filter((name) => isWeak(variables[name]));
  const isExposed = !isLoopback(env.HOST) || env.NODE_ENV === 'production';
  const judge = isExposed ? fail : warn;
  return weak.map((name) => judge(`${name} is weak or a placeholder`, DRAW));
}

/** Secrets missing in the environment are in the data folder, where the first start of an API puts them. */
async function judgeRequiredSecrets({ variables, env }: Installation): Promise<Finding[]> {
  const stored = await readSecretFile(env.DATA_DIR);
  const value = (name: (typeof NEEDED)[number]) => variables[name] ?? stored?.[name];
  const missing = NEEDED.filter((name) => value(name) === undefined);
  if (missing.length > 0) {
    const advice = 'set them, or start an API process once with this data folder';
    return [warn(`${missing.join(' and ')}: not set and not in ${env.DATA_DIR}/secrets.json`, advice)];
  }
  const isSame = value('JWT_SECRET') === value('REFRESH_TOKEN_SECRET');
  return isSame ? [fail('JWT_SECRET and REFRESH_TOKEN_SECRET are the same', DRAW)] : [];
}

/** A store on another machine must require a password. */
function judgeStores({ env }: Installation): Finding[] {
  return (['MONGODB_URI', 'REDIS_URL'] as const).flatMap((name) => {
    const hosts = hostOf(env[name]).split(',');
    const isRemote = hosts.some((host) => !isLoopback(host.replace(/:\d+$/, '')));
    const hasPassword = /:\/\/[^/]*:[^/]+@/.test(env[name]);
    return isRemote && !hasPassword
      ? [warn(`${name} points to another machine without a password`, 'require a password on that server')]
      : [];
  });
}

export default defineCheck({
  run: async (installation) =>
    problemsOr(
      [
        ...judgeSetSecrets(installation),
        ...(await judgeRequiredSecrets(installation)),
        ...judgeStores(installation),
      ],
      'all set, none is weak',
    ),
});
