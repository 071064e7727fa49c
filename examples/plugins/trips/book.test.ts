import { accept, decline, runAction } from '@mcp-server/plugin-sdk/testing';
import t from 'tap';

import trips from './index.ts';

const TRIP = { from: 'Berlin', to: 'Rome' };

t.test('a trip is booked once its passenger has answered', async (t) => {
  const run = await runAction(trips, 'book', TRIP, {
    answers: {
      'input-1': accept({ passenger: 'Ada' }),
      email: accept({ address: 'ada@example.com' }),
      folders: { roots: [] },
    },
  });

  t.match(run, { status: 'completed', result: { booked: true, ticket: /Ada, window for ada@example.com/ } });
  t.match(run.content, [{ type: 'text', text: /^Your ticket: / }]);
});

t.test('without an answer it waits, and has booked nothing', async (t) => {
  const run = await runAction(trips, 'book', TRIP);

  t.match(run, { status: 'input_required', questions: [{ key: 'input-1', method: 'elicitation/create' }] });
  t.same(Object.keys(run.steps), ['train']);
});

t.test('a refusal books nothing', async (t) => {
  const run = await runAction(trips, 'book', TRIP, { answers: { 'input-1': decline() } });

  t.match(run, { status: 'completed', result: { booked: false } });
});
