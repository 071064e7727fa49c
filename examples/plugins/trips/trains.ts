import { z } from 'zod';

export const CITIES = ['Berlin', 'Oslo', 'Rome'] as const;

export const Trip = z.strictObject({ from: z.enum(CITIES), to: z.enum(CITIES) });

/** Stands in for the service of a railway. */
export const trains = {
  find: (from: string, to: string) => `${from.charAt(0)}${to.charAt(0)}-7`,
  book: (train: string, { passenger, seat }: { passenger: string; seat: string; idempotencyKey: string }) =>
    `${train}, ${passenger}, ${seat}`,
};
