import { t } from 'tap';

import { loadFaults } from './load-faults.ts';

void t.test('every fault of the folder is found and can strike', async (t) => {
  const faults = await loadFaults();

  for (const name of ['worker-killed', 'redis-wiped', 'database-killed']) t.ok(faults.has(name), name);
  for (const [name, fault] of faults) t.type(fault.strike, 'function', name);
});
