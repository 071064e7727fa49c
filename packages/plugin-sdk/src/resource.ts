import { z } from 'zod';

import { type ActionContext, type ActionSpec, FatalError, type SettingsSchema } from './action.ts';
import type { CatalogueResource } from './schemas/catalogue.ts';
import { ResourceContents } from './schemas/content.ts';
import { checkUriTemplate, matchUri } from './uri-template.ts';

/** Scheme of the resources that show executions; plugins cannot use it. */
const OWN_SCHEME = 'execution:';

/** Input of the action behind a resource. */
export const ResourceRequest = z.strictObject({
  uri: z.string().max(2_000),
  /** Ignored: the values are always read from the URI. */
  variables: z.record(z.string(), z.string()).optional(),
});

interface ResourceBase<S extends SettingsSchema> {
  title: string;
  description: string;
  mimeType?: string;
  /** Time limit of one attempt in milliseconds. Default 60,000. */
  timeoutMs?: number;
  /** The settings schema of the plugin. It gives `ctx.settings` its type. */
  settings?: S;
  /** Throws `FatalError` with the code `NOT_FOUND` if there is nothing at this URI. */
  read(
    request: { uri: string; variables: Record<string, string> },
    ctx: ActionContext<z.output<S>>,
  ): Promise<ResourceContents> | ResourceContents;
}

/** Argument of `defineResource`: a fixed `uri`, or a `uriTemplate` (RFC 6570, level 1: `shop://items/{id}`). */
export type ResourceSpec<S extends SettingsSchema> = ResourceBase<S> &
  ({ uri: string; uriTemplate?: never } | { uriTemplate: string; uri?: never });

/** Something that people and models can read; built by `defineResource`. */
export interface Resource {
  /** Backing action. */
  action: ActionSpec<typeof ResourceRequest, typeof ResourceContents, SettingsSchema>;
  /** Builds its entry in the catalogue. */
  describe: (name: string, action: string) => CatalogueResource;
}

/** Declares a resource. @throws {TypeError} on an invalid URI or template. */
export function defineResource<S extends SettingsSchema = SettingsSchema>(spec: ResourceSpec<S>): Resource {
  const uri = spec.uri ?? spec.uriTemplate;
  const isTemplate = checkUriTemplate(uri).length > 0;
  if (isTemplate !== (spec.uriTemplate !== undefined))
    throw new TypeError(`"${uri}" is ${isTemplate ? '' : 'not '}a template.`);
  if (uri.startsWith(OWN_SCHEME))
    throw new TypeError(`"${uri}": the scheme ${OWN_SCHEME} is reserved for executions.`);
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
        if (!variables)
          throw new FatalError(`The URI ${request.uri} does not match ${uri}.`, { code: 'NOT_FOUND' });
        return spec.read({ uri: request.uri, variables }, ctx as ActionContext<z.output<S>>);
      },
    },
    describe: (name, action) => ({
      name,
      uri,
      isTemplate,
      title,
      description,
      ...(mimeType === undefined ? {} : { mimeType }),
      action,
    }),
  };
}
