import { z } from 'zod';

import { type ActionContext, defineAction } from '../action.ts';
import { definePlugin, type Plugin } from '../plugin.ts';

const Settings = z.strictObject({ limit: z.coerce.number().default(10) });
export type Run = (input: { n: number }, ctx: ActionContext<z.output<typeof Settings>>) => unknown;

/** A plugin for tests with one action `go`; `changes` replace fields of the action. */
export const pluginOf = (run: Run, changes: object = {}): Plugin =>
  definePlugin({
    id: 'demo',
    version: '1.0.0',
    title: 'T',
    description: 'D',
    settings: Settings,
    actions: {
      go: defineAction({
        title: 'T',
        description: 'D',
        input: z.strictObject({ n: z.int().default(1) }),
        output: z.json(),
        retry: { attempts: 3, delayMs: 1_000, maxDelayMs: 1_500 },
        settings: Settings,
        run: run as never,
        ...changes,
      }),
    },
  });
