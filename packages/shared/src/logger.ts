import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Fields that never reach a log line, wherever they stand one or two levels deep. */
const SECRET_FIELDS = [
  'password',
  'newPassword',
  'passwordHash',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'key',
  'keyHash',
  'refreshHash',
  'secret',
  'authorization',
  'cookie',
  'payload',
  'result',
  '["x-api-key"]',
  '["x-admin-key"]',
  '["set-cookie"]',
];

const atDepth = (prefix: string) =>
  SECRET_FIELDS.map((field) =>
    field.startsWith('[') ? `${prefix.replace(/\.$/, '')}${field}` : `${prefix}${field}`,
  );

/** JSON lines on stdout, or on `destination`. The message is constant text, values go into fields. */
export function buildLogger(options: {
  name: string;
  level: string;
  destination?: DestinationStream;
}): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    redact: { paths: [...atDepth(''), ...atDepth('*.'), ...atDepth('*.*.')], censor: '[redacted]' },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
