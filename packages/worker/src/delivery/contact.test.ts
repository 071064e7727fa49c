import t from 'tap';

import { DatabaseContact } from './contact.ts';

function contactAt() {
  let now = 0;
  const contact = new DatabaseContact(1_000, () => now);
  return {
    contact,
    touchAt: (ms: number) => ((now = ms), contact.touched()),
    goTo: (ms: number) => (now = ms),
  };
}

t.test('a new process judges no lease before one lease of contact', async (t) => {
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

t.test('after a silence of one lease, owners get one more to renew', async (t) => {
  const { contact, touchAt, goTo } = contactAt();
  for (const ms of [0, 800, 1_600]) touchAt(ms);
  t.ok(contact.canJudgeLeases);

  goTo(2_700);
  t.notOk(contact.canJudgeLeases, 'the silence itself');
  touchAt(2_700);
  t.notOk(contact.canJudgeLeases, 'right after it');
  touchAt(3_600);
  t.notOk(contact.canJudgeLeases);
  touchAt(3_700);
  t.ok(contact.canJudgeLeases);
});
