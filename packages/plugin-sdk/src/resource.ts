import { z } from 'zod';

import type { ActionContext, ActionSpec, SettingsSchema } from './plugin.ts';
import { FatalError } from './plugin.ts';
import { CatalogueResource } from './schemas/catalogue.ts';
import { ResourceContents } from './schemas/content.ts';
import { checkUriTemplate, matchUri } from './uri-template.ts';

/** Own executions are resources under this scheme, so plugins cannot have it. */
const OWN_SCHEME = 'execution:';

/** What a resource carries out is an action with this input. */
export const ResourceRequest = z.strictObject({
  uri: z.string().max(2_000),
  /** Read from the URI anew when it runs: nobody can give others. */
  variables: z.record(z.string(), z.string()).optional(),
});

interface ResourceBase<S extends SettingsSchema> {
  title: string;
  description: string;
  mimeType?: string;
  /** Longest run of one attempt in milliseconds. Default 60,000. */
  timeoutMs?: number;
  /** The schema that its plugin declares: gives `ctx.settings` its type. */
  settings?: S;
  /** Throw `FatalError` with the code `NOT_FOUND` for what is not there. */
  read(
    request: { uri: string; variables: Record<string, string> },
    ctx: ActionContext<z.output<S>>,
  ): Promise<ResourceContents> | ResourceContents;
}

/** With a fixed `uri`, or with a `uriTemplate` (RFC 6570, level 1: `shop://items/{id}`). */
export type ResourceSpec<S extends SettingsSchema> = ResourceBase<S> &
  ({ uri: string; uriTemplate?: never } | { uriTemplate: string; uri?: never });

/** Something that people and models can read; made by `defineResource`. */
export interface Resource {
  /** What carries it out. */
  action: ActionSpec<typeof ResourceRequest, typeof ResourceContents, SettingsSchema>;
  /** Its entry in the catalogue. */
  describe: (name: string, action: string) => CatalogueResource;
}

/** Declares a resource. @throws {TypeError} on a URI or template that cannot be matched */
export function defineResource<S extends SettingsSchema = SettingsSchema>(spec: ResourceSpec<S>): Resource {
  const uri = spec.uri ?? spec.uriTemplate;
  const isTemplate = checkUriTemplate(uri).length > 0;
  if (isTemplate !== (spec.uriTemplate !== undefined))
    throw new TypeError(`"${uri}" is ${isTemplate ? '' : 'not '}a template`);
  if (uri.startsWith(OWN_SCHEME)) throw new TypeError(`"${uri}": ${OWN_SCHEME} is for executions`);
  const { title, description, mimeType, timeoutMs, settings } = spec;
  return {
    action: {
      title,
      description,
      input: ResourceRequest,
      output: ResourceContents,
      annotations: { readOnly: true, idempotent: true },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(settings === undefined ? {} : { settings }),
      run(request, ctx) {
        const variables = matchUri(uri, request.uri);
        if (!variables) throw new FatalError(`${request.uri} is not ${uri}`, { code: 'NOT_FOUND' });
        return spec.read({ uri: request.uri, variables }, ctx as ActionContext<z.output<S>>);
      },
    },
    describe: (name, action) =>
      CatalogueResource.parse({ name, uri, isTemplate, title, description, mimeType, action }),
  };
}
