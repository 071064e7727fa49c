import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /PORT: must be a whole number/,
  code: 78,
  arrange: () => ({ PORT: 'eighty', WORKER_PORT: 'eighty' }),
});
