import type { Channel } from '../../redis/channel.ts';
import type { Notifier } from '../../redis/notifier.ts';
import type { ApiKeyCheck } from './api-key-check.ts';
import type { UserStates } from './user-states.ts';

/** Changes of a user's rights, announced to all API processes. */
export interface AccountChanges {
  /**
   * Call after a change of a user's role, state, password, sessions or keys. Every process forgets what it knows of the
   * user and checks the user's open connections. A process that misses the message does so within two seconds.
   */
  announce(userId: string): Promise<void>;
}

interface ChangesDeps {
  /** Messages are user ids. */
  channel: Channel;
  notifier: Pick<Notifier, 'accountChanged'>;
  userStates: UserStates;
  apiKeyCheck: ApiKeyCheck;
  sockets: { recheck(userId: string): Promise<void> };
}

export function buildAccountChanges(deps: ChangesDeps): AccountChanges {
  const apply = (userId: string): void => {
    deps.userStates.forgetUser(userId);
    deps.apiKeyCheck.forgetAll();
    void deps.sockets.recheck(userId);
  };
  deps.channel.onMessage(apply);
  return {
    async announce(userId) {
      apply(userId);
      await deps.notifier.accountChanged(userId);
    },
  };
}
