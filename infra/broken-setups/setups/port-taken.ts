import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /PORT: \d+ is already in use/,
  code: 1,
  soonMs: 2_000,
  arrange: async (place) => {
    const port = String(await place.listen());
    return { PORT: port, WORKER_PORT: port };
  },
});
