import t from 'tap';

import { DatabaseContact } from './contact.ts';

function contactAt() {
  let now = 0;
  const contact = new DatabaseContact(1_000, () => now);
  return {
    contact,
    touchAt: (ms: number) => ((now = ms), contact.recordContact()),
    goTo: (ms: number) => (now = ms),
  };
}

t.test('a new process judges no lease before it had contact for one lease', async (t) => {
  const { contact, touchAt } = contactAt();

  t.notOk(contact.canJudgeLeases);
  touchAt(0);
  t.notOk(contact.canJudgeLeases);
  touchAt(500);
  touchAt(999);
  t.notOk(contact.canJudgeLeases);
  touchAt(1_000);
  t.ok(contact.canJudgeLeases);
});

t.test('after losing contact for one lease, it waits one more for owners to renew', async (t) => {
  const { contact, touchAt, goTo } = contactAt();
  for (const ms of [0, 800, 1_600]) touchAt(ms);
  t.ok(contact.canJudgeLeases);

  goTo(2_700);
  t.notOk(contact.canJudgeLeases, 'without contact');
  touchAt(2_700);
  t.notOk(contact.canJudgeLeases, 'right after contact is back');
  touchAt(3_600);
  t.notOk(contact.canJudgeLeases);
  touchAt(3_700);
  t.ok(contact.canJudgeLeases);
});
