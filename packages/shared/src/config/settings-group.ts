import { z } from 'zod';

const groups = z.registry<{ title: string }>();

/** Marks the settings of a shape as one group of `.env.example` and `docs/settings.md`; returns the shape. */
export function settingsGroup<T extends Record<string, z.ZodType>>(title: string, shape: T): T {
  for (const setting of Object.values(shape)) groups.add(setting, { title });
  return shape;
}

/** Returns the title of a setting's group; undefined if it has none. */
export function groupOf(setting: z.ZodType): string | undefined {
  return groups.get(setting)?.title;
}
