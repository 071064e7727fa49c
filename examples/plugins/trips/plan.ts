import { definePrompt } from '@mcp-server/plugin-sdk';

import { CITIES } from './trains.ts';

export const plan = definePrompt({
  publicName: 'plan_trip',
  title: 'Plan a trip',
  description: 'Starts a conversation about a trip.',
  arguments: {
    city: { description: 'Where to', required: true, completions: CITIES },
    wish: { description: 'The most important wish' },
  },
  get: ({ city, wish = 'a short ride' }) => [
    { role: 'user', content: { type: 'text', text: `I want to go to ${city}. What matters: ${wish}.` } },
  ],
});
