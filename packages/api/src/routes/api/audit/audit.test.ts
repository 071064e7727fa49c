import { type AuditEvent, insertAudit } from '@mcp-server/shared';
import t from 'tap';

import { audited } from '../../../services/audit/audit.ts';
import { startTestApp } from '../../../testing/test-app.ts';

interface Page {
  items: AuditEvent[];
  nextCursor: string | null;
}

t.test('admins page through the audit, newest first, and filter it', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const event = { actor: mary.id, ip: '127.0.0.1', outcome: 'done' as const, expiresAt: new Date(9e12) };
  for (let index = 0; index < 5; index += 1) {
    await insertAudit(test.models.AuditModel, { ...event, action: 'pool.pause', target: `pool-${index}` });
  }
  await insertAudit(test.models.AuditModel, { ...event, action: 'executions.cancel', target: 'executions' });
  const list = (query: string) => test.inject({ url: `/api/audit?${query}`, headers: admin.headers });

  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = (await list(`limit=2${cursor && `&cursor=${cursor}`}`)).json<Page>();
    seen.push(...page.items.map(({ target }) => target));
    cursor = page.nextCursor;
  }

  t.same(seen, ['executions', 'pool-4', 'pool-3', 'pool-2', 'pool-1', 'pool-0']);
  for (const [query, count] of [
    ['action=pool.pause', 5],
    ['target=pool-3', 1],
    [`actor=${mary.id}`, 6],
    [`actor=${admin.id}`, 0],
    ['outcome=failed', 0],
    ['to=2020-01-01T00:00:00Z', 0],
    ['from=2020-01-01T00:00:00Z', 6],
  ] as const) {
    t.equal((await list(query)).json<Page>().items.length, count, query);
  }
  t.equal((await list('actor=me')).statusCode, 400);
  const refused = await test.inject({ url: '/api/audit', headers: mary.headers });
  t.equal(refused.statusCode, 403);
});

t.test('an audited action is recorded before it happens, and its outcome afterwards', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const caller = { principal: { userId: mary.id, role: 'user', sessionId: 's' } as const, ip: '::1' };
  const entry = { action: 'plugin.pause', target: 'sample', details: { reason: 'rest' } } as const;
  const read = () => test.models.AuditModel.find().sort({ _id: 1 }).lean();

  const during = await audited(test.deps, caller, entry, async (note) => {
    note({ found: 3 });
    return read();
  });
  await t.rejects(
    audited(test.deps, caller, entry, () => Promise.reject(new Error('the secret text of a fault'))),
  );

  t.match(during, [{ outcome: 'begun', details: '{"reason":"rest"}' }]);
  const events = await read();
  t.match(events, [
    { outcome: 'done', details: '{"reason":"rest","found":3}', actor: mary.id, ip: '::1' },
    { outcome: 'failed', details: '{"reason":"rest"}' },
  ]);
  t.ok((events[0]?.expiresAt.getTime() ?? 0) > Date.now() + 300 * 86_400_000);
});
