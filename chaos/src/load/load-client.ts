import { setTimeout as delay } from 'node:timers/promises';

import { JsonLines } from '../json-lines.ts';
import { pick, type Random } from '../random.ts';
import { type Answer, submitWork } from './api-client.ts';
import type { LedgerLine, Trouble } from './ledger.ts';
import type { User } from './users.ts';
import { drawWork, type Mix, type Work, type WorkOptions } from './work.ts';

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
/** Every fault of a row ends within this time, so a request without an answer after it has failed. */
const GIVE_UP_AFTER_MS = 60_000;
/** Share of the answered requests that are repeated, to check that the same key returns the same id. */
const REPEATED_SHARE = 0.05;
/**
 * Cap on open requests: during an outage an open loop piles them up, and beyond this the run would test the machine.
 */
const MAX_IN_FLIGHT = 1_500;
const HTTP = { accepted: new Set([200, 201, 202]), conflict: 409, later: new Set([429, 503]) };

interface Arrivals {
  /** A second. */
  rate: number;
  seconds: number;
  mix: Mix;
  isPatient?: boolean;
}

export interface LoadClientOptions {
  apiUrls: readonly string[];
  users: readonly User[];
  random: Random;
  work: WorkOptions;
  ledgerPath: string;
  troublePath: string;
}

/** Sends work and records every answer in the ledger. */
export class LoadClient {
  readonly #options: LoadClientOptions;
  readonly #ledger: JsonLines<LedgerLine>;
  readonly #trouble: JsonLines<Trouble>;
  readonly #inFlight = new Set<Promise<unknown>>();
  #sent = 0;
  #isClosed = false;
  accepted = 0;

  constructor(options: LoadClientOptions) {
    this.#options = options;
    this.#ledger = new JsonLines(options.ledgerPath);
    this.#trouble = new JsonLines(options.troublePath);
  }

  /**
   * Open loop: the arrival rate does not depend on the answers. Resolves at the end of the time. Impatient callers
   * accept 429 and 503 as final answers.
   */
  async arrive({ rate, seconds, mix, isPatient = true }: Arrivals): Promise<void> {
    const { random, work } = this.#options;
    const end = performance.now() + seconds * 1_000;
    let next = performance.now();
    while (next < end && !this.#isClosed) {
      // Exponential gaps: a Poisson process, like independent callers.
      next += (-Math.log(1 - random()) / rate) * 1_000;
      await delay(Math.max(0, next - performance.now()));
      if (this.#inFlight.size < MAX_IN_FLIGHT)
        this.#track(this.#submitSome(drawWork(random, mix, work), isPatient));
    }
  }

  /** Sends one request with a key until it is answered. */
  async submit(
    work: Work,
    user: User = pick(this.#options.random, this.#options.users),
    key = this.nextKey(),
    isPatient = true,
  ): Promise<LedgerLine> {
    const { apiUrls } = this.#options;
    const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
    const first = this.#sent++;
    let pauseMs = FIRST_PAUSE_MS;
    for (let tries = 1; ; tries += 1) {
      const api = apiUrls[(first + tries) % apiUrls.length] ?? '';
      const sentAt = performance.now();
      const answer = await submitWork(api, { token: user.token, key, work });
      const tookMs = Math.round(performance.now() - sentAt);
      const line = settle(answer, { isLate: performance.now() >= giveUpAt, isPatient });
      if (line?.outcome !== 'accepted') this.#troubled(answer, { key, api });
      if (line) {
        return this.#write({
          at: Date.now(),
          key,
          user: user.index,
          action: work.action,
          tries,
          tookMs,
          ...line,
        });
      }
      await delay(askedPauseMs(answer) || pauseMs);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  /** Sends work without waiting for the answers; `settled` does. */
  later(works: readonly Work[]): void {
    for (const work of works) this.#track(this.submit(work));
  }

  nextKey(): string {
    const { random } = this.#options;
    return `chaos-${this.#sent}-${Math.floor(random() * 1e12).toString(36)}`;
  }

  /** Resolves when every request is answered or given up. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  close(): void {
    this.#isClosed = true;
    this.#ledger.close();
    this.#trouble.close();
  }

  async #submitSome(work: Work, isPatient: boolean): Promise<void> {
    const { random, users } = this.#options;
    const user = pick(random, users);
    const key = this.nextKey();
    const isRepeated = random() < REPEATED_SHARE;
    const { outcome } = await this.submit(work, user, key, isPatient);
    if (isRepeated && outcome !== 'refused') await this.submit(work, user, key);
  }

  #track(work: Promise<unknown>): void {
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }

  #write(line: LedgerLine): LedgerLine {
    this.#ledger.append(line);
    if (line.outcome === 'accepted') this.accepted += 1;
    return line;
  }

  #troubled(answer: Answer, { key, api }: { key: string; api: string }): void {
    const isStatus = answer.kind === 'answered';
    this.#trouble.append({
      at: Date.now(),
      key,
      api,
      kind: isStatus ? 'status' : answer.kind,
      status: isStatus ? answer.status : 0,
      retryAfterMs: isStatus ? answer.retryAfterMs : 0,
      detail: isStatus ? JSON.stringify(answer.body).slice(0, 500) : answer.detail,
    });
  }
}

/** Final outcome of an answer; undefined if the request must be repeated. */
function settle(
  answer: Answer,
  { isLate, isPatient }: { isLate: boolean; isPatient: boolean },
): Pick<LedgerLine, 'outcome' | 'id' | 'status'> | undefined {
  if (answer.kind !== 'answered') return isLate ? { outcome: 'given-up', status: 0 } : undefined;
  const { status, body } = answer;
  if (HTTP.accepted.has(status))
    return { outcome: 'accepted', status, id: String(body['executionId'] ?? body['id']) };
  if (status === HTTP.conflict) return { outcome: 'conflict', status };
  if (HTTP.later.has(status) && !isPatient) return { outcome: 'refused', status };
  if (HTTP.later.has(status) && !isLate) return undefined;
  return { outcome: 'given-up', status };
}

/** The pause that the answer asks for, within the client's patience; 0 without one. */
const askedPauseMs = (answer: Answer): number =>
  answer.kind === 'answered' ? Math.min(answer.retryAfterMs, MAX_PAUSE_MS) : 0;
