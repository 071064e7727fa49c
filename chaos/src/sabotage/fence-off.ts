// A worker whose finish is not fenced by its epoch, and that takes every end it finds for its own.
import { replaceSource } from './replace-source.ts';

const file = 'shared/src/executions/finish.ts';

replaceSource('fence-off', [
  { file, text: "{ _id: id, epoch, status: 'running' }", by: "{ _id: id, status: 'running' }" },
  { file, text: 'return isMine ?', by: 'return execution ?' },
]);
