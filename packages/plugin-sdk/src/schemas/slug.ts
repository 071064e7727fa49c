import { z } from 'zod';

/** Id of a plugin or name of an action: kebab case, so that `plugin__action` is a valid tool name everywhere. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single dashes')
  .max(40);
