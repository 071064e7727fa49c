import { defineBrokenSetup } from '../broken-setup.ts';

/** TEST-NET-1: no machine has it. */
const FOREIGN = '192.0.2.1';

export default defineBrokenSetup({
  names: /HOST: .*is not an address of this machine/,
  code: 78,
  soonMs: 2_000,
  arrange: () => ({ HOST: FOREIGN, WORKER_HOST: FOREIGN }),
});
