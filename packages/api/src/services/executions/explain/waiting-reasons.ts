import type { ExecutionRecord, PauseRecord, Reason } from '@mcp-server/shared';

import { formatDuration } from './duration.ts';
import type { ExplainFacts } from './facts.ts';

/** Explains a start time in the future: the requested one, or that of the next attempt. */
export function explainTime({ execution, now }: ExplainFacts): Reason[] {
  const { status, nextAttemptAt, attempts, attemptsUsed, policy } = execution;
  if (!nextAttemptAt || nextAttemptAt <= now) return [];
  const until = nextAttemptAt.toISOString();
  const left = formatDuration(nextAttemptAt.getTime() - now.getTime());
  if (status !== 'retrying') {
    return [{ code: 'not_before', text: `Starts no earlier than ${until} (in ${left}).`, until }];
  }
  const last = attempts.at(-1);
  const attempt = attemptsUsed + 1;
  return [
    {
      code: 'retry_backoff',
      text:
        `Attempt ${attempt} of ${policy.retry.attempts} starts in ${left}. The previous one failed: ` +
        (last?.error?.message ?? 'no message.'),
      until,
      attempt,
      attempts: policy.retry.attempts,
      ...(last?.endedAt ? { since: last.endedAt.toISOString() } : {}),
      ...(last?.error ? { failure: last.error } : {}),
    },
  ];
}

/** Explains pauses of its pool and its plugin. */
export function explainPauses({ execution: { pool, plugin }, paused }: ExplainFacts): Reason[] {
  const ofPool = paused.pools.get(pool);
  const ofPlugin = paused.plugins.get(plugin);
  return [
    ...(ofPool ? [{ code: 'pool_paused' as const, pool, ...describePause(ofPool) }] : []),
    ...(ofPlugin ? [{ code: 'plugin_paused' as const, plugin, ...describePause(ofPlugin) }] : []),
  ];
}

function describePause({ kind, name, by, reason, since }: PauseRecord) {
  const why = reason === undefined ? '' : ` Reason: ${reason}`;
  return {
    text: `${kind === 'pool' ? 'Pool' : 'Plugin'} "${name}" has been paused since ${since.toISOString()} by account ${by}.${why}`,
    since: since.toISOString(),
    by,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Explains the place of the job in its queue. */
export function explainPlace(facts: ExplainFacts): Reason[] {
  const { execution, place, poolWorkers } = facts;
  if (!place) {
    const text = 'Redis is unavailable. The execution is stored and will be delivered when Redis is back.';
    return [{ code: 'queue_unreachable', text }];
  }
  switch (place.state) {
    case 'waiting': {
      const { running, slots, freeSlots } = poolWorkers;
      const ahead = place.ahead ?? 0;
      const text =
        `Position ${ahead + 1} in pool "${execution.pool}" (${ahead} ahead). ` +
        `${running} running, ${freeSlots} of ${slots} slots free.`;
      return [{ code: 'in_line', text, pool: execution.pool, ahead, running, slots, freeSlots }];
    }
    case 'active':
      return [{ code: 'being_delivered', text: 'A worker is taking it right now.' }];
    case 'delayed':
      return isExpectedDelay(facts)
        ? []
        : [
            {
              code: 'being_delivered',
              text: 'A worker deferred it briefly; it will be retried.',
            },
          ];
    case 'unknown':
    case 'done':
      return [
        {
          code: 'not_in_queue',
          text: 'It is not in the queue. The sweep re-enqueues it within about a second.',
        },
      ];
  }
}

/** True if another reason already explains the delay: a start time, or a pause. */
const isExpectedDelay = ({ execution, now, paused }: ExplainFacts): boolean =>
  (execution.nextAttemptAt !== undefined && execution.nextAttemptAt > now) ||
  paused.plugins.has(execution.plugin);

/** Explains the limit of unfinished work. */
export function explainAdmission({ unfinished, unfinishedLimit: limit }: ExplainFacts): Reason {
  const rest =
    unfinished >= limit
      ? 'New work is refused (429) until some have ended; accepted work is not affected.'
      : 'Beyond that limit new work is refused (429); accepted work is not affected.';
  const text = `The owner has ${unfinished} of at most ${limit} unfinished executions. ${rest}`;
  return { code: 'admission_limits', text, unfinished, limit };
}

/** Explains which questions are unanswered. */
export function explainInput({ inputs = [] }: ExecutionRecord): Reason {
  const open = inputs.filter(({ answeredAt }) => !answeredAt);
  const questions = open.map(({ key, method, params }) => ({ key, method, ...messageOf(params) }));
  const since = open[0]?.askedAt.toISOString();
  const asked = questions.map(({ key, message }) => message ?? key).join('; ');
  return {
    code: 'input_required',
    text: `Waiting for ${open.length === 1 ? 'an answer' : `${open.length} answers`}: ${asked}`,
    questions,
    ...(since === undefined ? {} : { since }),
  };
}

/** The message of an elicitation; other kinds of input have none. */
function messageOf(params: string): { message?: string } {
  const { message } = JSON.parse(params) as { message?: unknown };
  return typeof message === 'string' ? { message } : {};
}
