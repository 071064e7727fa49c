import { z } from 'zod';

import { FailureKind } from './execution.ts';

/** Failures of one kind, in API responses. */
export const FailureGroup = z.object({
  fingerprint: z.string().nullable().describe('`null`: stored before fingerprints existed'),
  plugin: z.string(),
  action: z.string(),
  kind: FailureKind,
  message: z.string().describe('Without ids, numbers and quoted values'),
  count: z.int(),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  exampleId: z.string().describe('Newest execution of the group'),
});
export type FailureGroup = z.infer<typeof FailureGroup>;
