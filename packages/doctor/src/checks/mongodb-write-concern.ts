import { defineCheck, fail, ok } from '../check.ts';

const COLLECTION = 'doctorprobes';
const WAIT_MS = 5_000;

/** Accepted work is only as safe as the write that accepted it: on a majority of members, in their journals. */
export default defineCheck({
  needs: ['mongodb'],
  async run({ mongo: { connection } }) {
    const { w, journal, j } = connection.getClient().options.writeConcern ?? {};
    if (w !== 'majority' || (journal ?? j) !== true) {
      return fail(
        'writes would not wait for the journals of a majority',
        'remove w and journal from MONGODB_URI',
      );
    }
    const probes = connection.db?.collection<{ _id: string; at: Date }>(COLLECTION);
    const writeConcern = { w: 'majority' as const, journal: true, wtimeoutMS: WAIT_MS };
    const startedAt = performance.now();
    const written = await probes?.updateOne(
      { _id: 'probe' },
      { $set: { at: new Date() } },
      { upsert: true, writeConcern },
    );
    const tookMs = Math.round(performance.now() - startedAt);
    // A user without the right to drop collections leaves an empty one behind.
    await probes?.deleteOne({ _id: 'probe' });
    await probes?.drop().catch(() => undefined);
    if (!written?.acknowledged) {
      return fail(
        'the server does not acknowledge writes',
        'check the health of the replica set: rs.status()',
      );
    }
    return ok(`a journaled majority write took ${tookMs} ms`);
  },
});
