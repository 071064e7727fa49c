import { buildExecution } from '@mcp-server/testing';
import { t } from 'tap';

import { checkHandBacks } from './hand-backs.ts';

const at = new Date();
const documentOf = (id: string, outcome: 'handed_back' | 'completed' | 'crashed') =>
  buildExecution({
    _id: id,
    attempts: [{ epoch: 1, worker: 'stopped', startedAt: at, endedAt: at, outcome }],
  });
const rulesOf = (outcome: 'handed_back' | 'completed' | 'crashed') =>
  checkHandBacks([documentOf('a', outcome)], new Map([['stopped', ['a']]])).map(({ rule }) => rule);

void t.test(
  'a stop that met long runs must hand them back, and one that met none shows nothing',
  async (t) => {
    t.same(rulesOf('handed_back'), []);
    t.same(rulesOf('crashed'), ['no-hand-back']);
    t.same(rulesOf('completed'), ['inconclusive']);
    t.same(
      checkHandBacks([], new Map()).map(({ rule }) => rule),
      ['inconclusive'],
    );
  },
);
