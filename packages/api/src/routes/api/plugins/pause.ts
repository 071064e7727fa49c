import { Pause, PauseReason, Slug } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { pauseWork, resumeWork } from '../../../services/fleet/pause-work.ts';
import { presentPause } from '../../../services/fleet/present-pause.ts';

const Params = z.object({ id: Slug });
const Answer = z.object({ id: z.string(), paused: Pause.nullable() });
const TAGS = ['plugins'];
const ACCESS = { access: 'admin', scope: 'fleet:write', ownership: 'shared' } as const;

const pause: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/:id/pause',
    {
      config: ACCESS,
      schema: {
        summary: 'Pause a plugin',
        description:
          'None of its executions start until it is resumed; other plugins of its pool are not affected. Running ' +
          'executions continue, schedules still fire, and work is still accepted. An existing pause is kept.',
        tags: TAGS,
        params: Params,
        body: z.strictObject({ reason: PauseReason.optional() }).nullable(),
        response: { 200: Answer, ...problems(404) },
      },
    },
    async ({ principal, ip, params: { id }, body }) => {
      const target = { kind: 'plugin', name: id, reason: body?.reason } as const;
      return {
        id,
        paused: presentPause(await pauseWork(app.deps, { principal: callerOf(principal), ip }, target)),
      };
    },
  );

  app.post(
    '/:id/resume',
    {
      config: ACCESS,
      schema: {
        summary: 'Resume a plugin',
        tags: TAGS,
        params: Params,
        body: NoBody,
        response: { 200: Answer, ...problems(404) },
      },
    },
    async ({ principal, ip, params: { id } }) => {
      const caller = { principal: callerOf(principal), ip };
      await resumeWork(app.deps, caller, { kind: 'plugin', name: id });
      return { id, paused: null };
    },
  );
};

export default pause;
