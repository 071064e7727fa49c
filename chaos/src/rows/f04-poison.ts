import { buildWork, type WorkKind } from '../load/work.ts';
import { defineRow } from './row.ts';

const NEIGHBOURS = 100;
const NEIGHBOUR_MS = 3_000;
/** The shipped limit of crashes. */
const CRASHES = 3;

export default defineRow({
  id: 'F4',
  title: 'an action that ends its process, among 100 neighbours',
  isQuick: false,
  endsProcesses: true,
  quiescenceSeconds: 90,
  async run(rig) {
    const random = rig.random('poison');
    const options = { sinkUrl: rig.sinkUrl, slowMs: NEIGHBOUR_MS };
    const kinds: WorkKind[] = Array.from({ length: NEIGHBOURS }, () => 'slow');
    // In the midst of them, so that it dies among neighbours.
    kinds.splice(NEIGHBOURS / 2, 0, 'exit');
    await Promise.all(kinds.map((kind) => rig.load.submit(buildWork(kind, random, options))));
  },
  check({ documents }) {
    return documents.flatMap(({ _id: id, action, status, failure, crashes }) => {
      const fits =
        action === 'exit' ? failure?.kind === 'crashed' && crashes === CRASHES : status === 'completed';
      if (fits) return [];
      const rule = action === 'exit' ? 'poison-not-bounded' : 'neighbour-failed';
      return [{ rule, id, detail: JSON.stringify({ status, failure, crashes }) }];
    });
  },
});
