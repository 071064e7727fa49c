import type { EndedExecution } from '@mcp-server/shared';

export type Resolve = (end: EndedExecution | undefined) => void;

/** Who waits for which execution. */
export interface WaitingRoom {
  enter(id: string, resolve: Resolve): void;
  leave(id: string, resolve: Resolve): void;
  tell(end: EndedExecution): void;
  dismissAll(): void;
  has(id: string): boolean;
  ids(): string[];
  /** Number of executions, not of callers. */
  size(): number;
}

export function buildWaitingRoom(): WaitingRoom {
  const waiting = new Map<string, Set<Resolve>>();

  return {
    enter(id, resolve) {
      const others = waiting.get(id);
      if (others) others.add(resolve);
      else waiting.set(id, new Set([resolve]));
    },
    leave(id, resolve) {
      const others = waiting.get(id);
      others?.delete(resolve);
      if (others?.size === 0) waiting.delete(id);
    },
    tell(end) {
      for (const resolve of waiting.get(end._id) ?? []) resolve(end);
      waiting.delete(end._id);
    },
    dismissAll() {
      for (const resolvers of waiting.values()) for (const resolve of resolvers) resolve(undefined);
      waiting.clear();
    },
    has: (id) => waiting.has(id),
    ids: () => [...waiting.keys()],
    size: () => waiting.size,
  };
}
