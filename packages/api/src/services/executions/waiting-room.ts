import { type Outcome, isEnded } from '@mcp-server/shared';

export type Resolve = (outcome: Outcome | undefined) => void;

/** Condition that ends a wait: only the end, or also a question of the execution. */
export type WaitCondition = 'end' | 'outcome';

/** Pending waits by execution. */
export interface WaitingRoom {
  enter(id: string, resolve: Resolve, condition: WaitCondition): void;
  leave(id: string, resolve: Resolve): void;
  deliver(outcome: Outcome): void;
  dismissAll(): void;
  has(id: string): boolean;
  ids(): string[];
  /** Number of executions, not of callers. */
  size(): number;
}

export function buildWaitingRoom(): WaitingRoom {
  const waiting = new Map<string, Map<Resolve, WaitCondition>>();

  const leave = (id: string, resolve: Resolve): void => {
    const others = waiting.get(id);
    others?.delete(resolve);
    if (others?.size === 0) waiting.delete(id);
  };

  return {
    enter(id, resolve, condition) {
      const others = waiting.get(id);
      if (others) others.set(resolve, condition);
      else waiting.set(id, new Map([[resolve, condition]]));
    },
    leave,
    deliver(outcome) {
      for (const [resolve, condition] of waiting.get(outcome._id) ?? []) {
        if (condition === 'end' && !isEnded(outcome.status)) continue;
        resolve(outcome);
        leave(outcome._id, resolve);
      }
    },
    dismissAll() {
      for (const places of waiting.values()) for (const resolve of places.keys()) resolve(undefined);
      waiting.clear();
    },
    has: (id) => waiting.has(id),
    ids: () => [...waiting.keys()],
    size: () => waiting.size,
  };
}
