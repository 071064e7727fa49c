import { randomBytes } from 'node:crypto';

import { type ExecutionRecord, SYSTEM_OWNER } from '@mcp-server/shared';
import { catchMails, type Mailbox, type ProductProcess, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { type Account, startTestApp, type TestApp } from '../testing/test-app.ts';

const OLD = 'Test123456';
const NEW = 'Other-654321';
const ORIGIN = 'https://mcp.example.com';
const KEY = randomBytes(32).toString('hex');

interface Product {
  test: TestApp;
  mailbox: Mailbox;
  startWorker: () => Promise<ProductProcess>;
}

async function openProduct(t: Test): Promise<Product> {
  const mailbox = await catchMails(t);
  const test = await startTestApp(t, {
    SMTP_URL: mailbox.url,
    SECRETS_KEY: KEY,
    ALLOWED_HOSTS: 'evil.example',
  });
  const env = {
    ...test.env,
    SECRETS_KEY: KEY,
    SMTP_URL: mailbox.url,
    MAIL_FROM: 'Example <noreply@example.com>',
    PUBLIC_URL: ORIGIN,
    LOG_LEVEL: 'trace',
    LEASE_MS: '1500',
    BEAT_MS: '300',
    SWEEP_MS: '200',
    STALLED_CHECK_MS: '200',
  };
  return { test, mailbox, startWorker: () => startProcess(t, 'worker', env) };
}

const forgot = ({ inject }: TestApp, email: string, headers = {}) =>
  inject({ method: 'POST', url: '/api/auth/forgot-password', payload: { email }, headers });

const reset = ({ inject }: TestApp, token: unknown, password = NEW) =>
  inject({ method: 'POST', url: '/api/auth/reset-password', payload: { token, password } });

const login = ({ inject }: TestApp, password: string) =>
  inject({ method: 'POST', url: '/api/auth/login', payload: { email: 'mary@example.com', password } });

const profile = ({ inject }: TestApp, { headers }: Account) => inject({ url: '/api/auth/profile', headers });

const mailsOf = ({ models }: TestApp): Promise<ExecutionRecord[]> =>
  models.ExecutionModel.find({ source: 'system' }).sort({ createdAt: 1 }).lean<ExecutionRecord[]>();

/** Everything that the stores of this test contain, as text. */
async function dump({ mongo, redis, prefix }: TestApp): Promise<string> {
  const texts: string[] = [];
  for (const { name } of await mongo.connection.db!.listCollections().toArray())
    texts.push(JSON.stringify(await mongo.connection.db!.collection(name).find().toArray()));
  for (const key of await redis.keys(`${prefix}:*`)) {
    const bytes = await redis.dumpBuffer(key);
    texts.push(bytes?.toString('latin1') ?? '');
  }
  return texts.join('\n');
}

t.test('a link by mail sets a new password once, ends all sessions, and is stored nowhere', async (t) => {
  const { test, mailbox, startWorker } = await openProduct(t);
  const mary = await test.signUp('mary');
  const worker = await startWorker();

  const known = await forgot(test, 'Mary@example.com', { host: 'evil.example' });
  const unknown = await forgot(test, 'nobody@example.com');
  const mail = await mailbox.receive('mary@example.com');

  t.same([known.statusCode, known.body], [unknown.statusCode, unknown.body]);
  t.equal(known.statusCode, 202);
  t.equal(mail.link.origin + mail.link.pathname, `${ORIGIN}/account/reset-password`);
  t.equal(mail.from, '"Example" <noreply@example.com>');
  t.ok(mail.html.includes(`href="${mail.link.href}"`), 'both forms have the same link');
  const ended = await waitFor('both mails to end', async () => {
    const mails = await mailsOf(test);
    return mails.every(({ status }) => status === 'completed') && mails;
  });
  t.same(
    ended.map(({ ownerId, result }) => [ownerId, result]),
    [
      [SYSTEM_OWNER, '{}'],
      [SYSTEM_OWNER, '{}'],
    ],
  );
  t.equal(mailbox.mails.length, 1, 'the unknown address gets no mail');
  const [, mac = ''] = mail.token.split('.');
  t.equal(mac.length, 43);
  t.notOk((await dump(test)).includes(mac), 'neither store has the token');
  t.notOk(worker.lines.join('\n').includes(mac), 'nor has the log of the worker');
  t.notOk(worker.lines.join('\n').includes('mary@example.com'));

  const replies = await Promise.all(Array.from({ length: 20 }, () => reset(test, mail.token)));

  const statuses = replies.map(({ statusCode }) => statusCode);
  t.equal(statuses.filter((status) => status === 204).length, 1, 'of 20 uses at the same time one counts');
  t.ok(statuses.every((status) => [204, 400, 429].includes(status)));
  t.equal((await profile(test, mary)).statusCode, 401, 'earlier sessions have ended');
  t.equal((await login(test, OLD)).statusCode, 401);
  t.equal((await login(test, NEW)).statusCode, 200);
});

t.test('a mail that was sent when its worker died is sent again, with the same id and link', async (t) => {
  const { test, mailbox, startWorker } = await openProduct(t);
  await test.signUp('mary');
  mailbox.beforeAcknowledge = () => new Promise(() => undefined);
  const worker = await startWorker();
  await forgot(test, 'mary@example.com');
  const first = await mailbox.receive('mary@example.com');

  worker.child.kill('SIGKILL');
  let refusals = 1;
  mailbox.beforeAcknowledge = () => {
    if (refusals-- > 0) throw Object.assign(new Error('try later'), { responseCode: 451 });
  };
  await startWorker();
  const third = await mailbox.receive('mary@example.com', 3);

  t.same([third.messageId, third.token], [first.messageId, first.token]);
  await waitFor('the mail to end', async () => (await mailsOf(test))[0]?.status === 'completed');
  t.match((await mailsOf(test))[0], { crashes: 1, attemptsUsed: 2 });
  t.equal(mailbox.mails.length, 3);
});

t.test('a refusal for good ends the mail, and names neither address nor link', async (t) => {
  const { test, mailbox, startWorker } = await openProduct(t);
  await test.signUp('mary');
  mailbox.beforeAcknowledge = ({ to }) => {
    throw Object.assign(new Error(`no mailbox ${to}`), { responseCode: 550 });
  };
  await startWorker();
  await forgot(test, 'mary@example.com');

  const failed = await waitFor('the mail to fail', async () => {
    const [mail] = await mailsOf(test);
    return mail?.status === 'failed' && mail;
  });

  t.match(failed.failure, { code: 'MAIL_REFUSED', message: 'The mail server answered 550 (EMESSAGE).' });
});

t.test('mails cannot be called, rerun or redriven, and count against no user', async (t) => {
  const { test } = await openProduct(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  await forgot(test, 'mary@example.com');
  const [mail] = await mailsOf(test);
  const id = mail?._id ?? '';
  await test.models.ExecutionModel.updateOne(
    { _id: id },
    { $set: { status: 'failed', endedAt: new Date() }, $unset: { isUnsettled: true } },
  );
  const work = {
    plugin: 'internal-mail',
    action: 'send',
    payload: JSON.parse(mail?.payload ?? '') as object,
  };
  const { headers } = admin;

  const call = await test.inject({ method: 'POST', url: '/mcp/execute', headers, payload: work });
  const task = await test.inject({
    method: 'POST',
    url: '/api/tasks',
    headers,
    payload: { title: 'Mail', ...work },
  });
  const rerun = await test.inject({ method: 'POST', url: `/api/executions/${id}/rerun`, headers });
  const foreign = await test.inject({ url: `/api/executions/${id}`, headers: mary.headers });

  t.same([call.statusCode, task.statusCode, rerun.statusCode, foreign.statusCode], [404, 404, 404, 404]);
  t.equal(rerun.json().code, 'unknown_plugin');
  const redrive = await test.inject({
    method: 'POST',
    url: '/api/executions/redrive',
    headers,
    payload: { filter: { plugin: 'internal-mail' } },
  });
  t.equal(redrive.statusCode, 200);
  t.equal((await mailsOf(test)).length, 1, 'a redrive repeats none either');
  t.equal(await test.models.ExecutionModel.countDocuments({ ownerId: mary.id }), 0);
});

t.test('a recipient gets five mails an hour, and the limit tells nothing about accounts', async (t) => {
  const { test } = await openProduct(t);
  await test.signUp('mary');
  const statusesFor = async (email: string) => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) statuses.push((await forgot(test, email)).statusCode);
    return statuses;
  };

  const known = await statusesFor('mary@example.com');
  const unknown = await statusesFor('stranger@example.com');

  t.same(known, [202, 202, 202, 202, 202, 429]);
  t.same(unknown, known);
});

t.test('forged, expired and foreign tokens are refused; a new password voids links', async (t) => {
  const { test, mailbox, startWorker } = await openProduct(t);
  const mary = await test.signUp('mary');
  await startWorker();
  const tokenOf = async (count: number) => {
    await forgot(test, 'mary@example.com');
    return (await mailbox.receive('mary@example.com', count)).token;
  };
  const first = await tokenOf(1);
  const [id = '', mac = ''] = first.split('.');
  const forged = `${id}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
  await forgot(test, 'stranger@example.com');

  for (const token of [forged, `${id}.`, id, `${'A'.repeat(22)}.${mac}`])
    t.equal((await reset(test, token)).statusCode, 400);
  for (const token of [null, '', [], { $ne: null }]) t.equal((await reset(test, token)).statusCode, 400);
  await test.models.MailTokenModel.updateOne({ _id: id }, { $set: { expiresAt: new Date(0) } });
  t.equal((await reset(test, first)).statusCode, 400, 'expired');

  const second = await tokenOf(2);
  const changed = await test.inject({
    method: 'PUT',
    url: '/api/auth/password',
    headers: mary.headers,
    payload: { currentPassword: OLD, newPassword: NEW },
  });
  t.equal(changed.statusCode, 200);
  t.equal((await reset(test, second)).statusCode, 400, 'a changed password voids earlier links');
});

t.test('without a mail server the response says so', async (t) => {
  const test = await startTestApp(t);

  const reply = await forgot(test, 'mary@example.com');

  t.equal(reply.statusCode, 501);
  t.match(reply.json(), { code: 'mail_off', detail: /one-time link/ });
});
