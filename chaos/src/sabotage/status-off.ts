// A worker whose finish overwrites an end of the same epoch.
import { replaceSource } from './replace-source.ts';

replaceSource('status-off', [
  {
    file: 'shared/src/executions/finish.ts',
    text: "{ _id: id, epoch, status: 'running' }",
    by: '{ _id: id, epoch }',
  },
  {
    file: 'shared/src/executions/finish-many.ts',
    text: "{ _id: { $in: ids }, epoch, status: 'running' }",
    by: '{ _id: { $in: ids }, epoch }',
  },
]);
