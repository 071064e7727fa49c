import { Pause, PauseReason, Slug } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { pauseWork, resumeWork } from '../../../services/fleet/pause-work.ts';
import { presentPause } from '../../../services/fleet/present-pause.ts';

const Params = z.object({ pool: Slug });
const Answer = z.object({ pool: z.string(), paused: Pause.nullable() });
const TAGS = ['fleet'];
const ACCESS = { access: 'admin', scope: 'fleet:write', ownership: 'shared' } as const;

const pause: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/:pool/pause',
    {
      config: ACCESS,
      schema: {
        summary: 'Pause a pool',
        description:
          'None of its executions start until it is resumed. Running executions continue, and work is still accepted. ' +
          'An existing pause is kept.',
        tags: TAGS,
        params: Params,
        body: z.strictObject({ reason: PauseReason.optional() }).nullable(),
        response: { 200: Answer, ...problems(404) },
      },
    },
    async ({ principal, ip, params: { pool }, body }) => {
      const target = { kind: 'pool', name: pool, reason: body?.reason } as const;
      return {
        pool,
        paused: presentPause(await pauseWork(app.deps, { principal: callerOf(principal), ip }, target)),
      };
    },
  );

  app.post(
    '/:pool/resume',
    {
      config: ACCESS,
      schema: {
        summary: 'Resume a pool',
        tags: TAGS,
        params: Params,
        body: NoBody,
        response: { 200: Answer, ...problems(404) },
      },
    },
    async ({ principal, ip, params: { pool } }) => {
      const caller = { principal: callerOf(principal), ip };
      await resumeWork(app.deps, caller, { kind: 'pool', name: pool });
      return { pool, paused: null };
    },
  );
};

export default pause;
