import { createHash } from 'node:crypto';

import { canonicalJson } from '../canonical-json.ts';

/** Facts that a result depends on. `payload` is JSON text. */
export interface CacheSubject {
  plugin: string;
  version: string;
  /** Code and settings of the plugin, as its worker knows them. */
  revision: string;
  action: string;
  payload: string;
  /** Left out for results that every owner may have. */
  ownerId?: string;
}

/** Key of a result: equal payloads have equal keys, whatever the order of their fields. */
export function cacheKeyOf({ plugin, version, revision, action, payload, ownerId }: CacheSubject): string {
  const subject = [plugin, version, revision, action, ownerId ?? null, JSON.parse(payload) as unknown];
  return createHash('sha256').update(canonicalJson(subject)).digest('hex');
}
