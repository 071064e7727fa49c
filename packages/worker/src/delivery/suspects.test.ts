import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { SuspectSlot } from './suspects.ts';

t.test('one suspect at a time', async (t) => {
  const slot = new SuspectSlot();

  t.ok(slot.take('a'));
  t.notOk(slot.take('b'));
  slot.free('b');
  t.notOk(slot.take('b'), 'only the holder frees the slot');
  slot.free('a');
  t.ok(slot.take('b'));
});

t.test('after its probation another may start, while it runs on', async (t) => {
  const slot = new SuspectSlot();
  slot.take('a');

  slot.startProbation('a', { alone: false });

  t.notOk(slot.take('b'));
  await waitFor('the end of the probation', () => slot.take('b'));
  slot.free('a');
  t.notOk(slot.take('c'), 'the end of the first does not free the slot of the second');
});

t.test('a suspect that is one crash away from its limit stays alone to its end', async (t) => {
  const slot = new SuspectSlot();
  const other = new SuspectSlot();
  slot.take('a');
  other.take('a');

  slot.startProbation('a', { alone: true });
  other.startProbation('a', { alone: false });

  await waitFor('a probation to pass', () => other.take('b'));
  t.notOk(slot.take('b'));
  other.free('b');
});
