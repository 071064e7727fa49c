import { describeDraw } from '@mcp-server/testing';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Test } from 'tap';

import type { Account, TestApp } from './test-app.ts';

const PAGE = 100;

/** A fuzz is not what rate limits are for. */
export const NO_LIMITS = {
  RATE_LIMIT_MAX_REQUESTS: '1000000000',
  AUTH_LIMIT_FAILURES: '1000000',
  LOG_LEVEL: process.env['FUZZ_LOG'] ?? 'silent',
};

/** Requests of one test, and what they were answered with that no request may be answered with. */
export function watchReplies(test: TestApp, { headers }: Account) {
  const failures: string[] = [];
  let count = 0;
  const note = (label: string, status: number, body: string): void => {
    count += 1;
    if (status >= 500 || status === 429) failures.push(`${label}: ${status} ${body.slice(0, 300)}`);
  };
  const send = async (label: string, options: InjectOptions): Promise<LightMyRequestResponse> => {
    const reply = await test.inject({ headers, ...options });
    note(label, reply.statusCode, reply.body);
    return reply;
  };
  /** Reads every page of a list; resolves to the ids on them. */
  const readPages = async (path: string, limit = PAGE): Promise<string[]> => {
    const ids: string[] = [];
    const mark = path.includes('?') ? '&' : '?';
    let next = '';
    do {
      const reply = await send(path, { url: `${path}${mark}limit=${limit}${next}` });
      if (reply.statusCode !== 200) failures.push(`${path}: ${reply.statusCode}, not a page ${reply.body}`);
      if (reply.statusCode !== 200) return ids;
      const page = reply.json<{ items: { id: string }[]; nextCursor: string | null }>();
      ids.push(...page.items.map(({ id }) => id));
      next = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
      if (new Set(ids).size < ids.length - PAGE) failures.push(`${path}: the pages repeat`);
    } while (next !== '' && new Set(ids).size >= ids.length - PAGE);
    return ids;
  };
  return {
    failures,
    note,
    send,
    readPages,
    report(t: Test) {
      t.comment(`${describeDraw()}: ${count} replies, ${failures.length} failed`);
      for (const failure of failures.slice(0, 30)) t.comment(failure.replaceAll(/\s+/g, ' '));
      t.same([...new Set(failures)].slice(0, 30), [], 'no reply is a 500');
    },
  };
}
