import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /BEAT_MS: must be at most LEASE_MS \/ 3/,
  code: 78,
  breaks: ['worker'],
  arrange: () => ({ BEAT_MS: '4000', LEASE_MS: '5000' }),
});
