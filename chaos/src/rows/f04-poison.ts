import { checkPoison, submitPoison } from './poison.ts';
import { defineRow } from './row.ts';

export default defineRow({
  id: 'F4',
  title: 'an action that exits its process, among 100 neighbours',
  isQuick: false,
  endsProcesses: true,
  quiescenceSeconds: 90,
  run: (rig) => submitPoison(rig, 'exit'),
  check: ({ documents }) => checkPoison(documents, 'exit'),
});
