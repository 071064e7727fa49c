import { defineAction, elicit, InputDeclined, listRoots } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

import { Trip, trains } from './trains.ts';

const Confirmation = z.strictObject({
  passenger: z.string().min(1).describe('The name on the ticket'),
  seat: z.enum(['window', 'aisle']).default('window'),
});

export const book = defineAction({
  publicName: 'book_trip',
  title: 'Book a trip',
  description: 'Books a train after its passenger has confirmed it.',
  input: Trip,
  output: z.strictObject({ booked: z.boolean(), ticket: z.string().optional() }),
  annotations: { destructive: true, idempotent: true },
  tool: { asTask: 'auto', inputFirst: true, onDisconnect: 'keep' },
  async run({ from, to }, { once, requestInput, requestInputs, idempotencyKey }) {
    const train = await once('train', () => trains.find(from, to));
    try {
      const { passenger, seat } = await requestInput(Confirmation, `Book ${train} from ${from} to ${to}?`);
      const { email, folders } = await requestInputs({
        email: elicit(z.strictObject({ address: z.email() }), 'Where shall the ticket go?'),
        folders: listRoots(),
      });
      const ticket = await once('ticket', () => trains.book(train, { passenger, seat, idempotencyKey }));
      return { booked: true, ticket: `${ticket} for ${email.address}, ${folders.length} folders` };
    } catch (error) {
      if (error instanceof InputDeclined) return { booked: false };
      throw error;
    }
  },
  toContent: ({ booked, ticket }) => [
    { type: 'text', text: booked ? `Your ticket: ${ticket}` : 'Nothing was booked.' },
  ],
});
