import { checkRestarts, countHandBacks, restartAll } from './rolling-restart.ts';
import { defineRow } from './row.ts';

export default defineRow({
  id: 'F19-long',
  title: 'the same with the default grace period: all work ends before its worker does',
  isQuick: false,
  quiescenceSeconds: 45,
  async run(rig) {
    await restartAll(rig);
  },
  check(record, rig) {
    const handBacks = countHandBacks(record);
    const handBackViolations =
      handBacks === 0 ? [] : [{ rule: 'handed-back', detail: `${handBacks} runs were handed back` }];
    return [...checkRestarts(record, rig), ...handBackViolations];
  },
});
