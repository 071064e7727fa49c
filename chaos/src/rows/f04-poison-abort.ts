import { checkPoison, submitPoison } from './poison.ts';
import { defineRow } from './row.ts';

export default defineRow({
  id: 'F4-abort',
  title: 'an action that aborts its process, among 100 neighbours',
  isQuick: false,
  endsProcesses: true,
  // Output of Node when it aborts.
  allowedLogs: /^----- (Native|JavaScript) stack trace -----$|^\s*\d+: /,
  quiescenceSeconds: 90,
  run: (rig) => submitPoison(rig, 'abort'),
  check: ({ documents }) => checkPoison(documents, 'abort'),
});
