import { defineBrokenSetup } from '../broken-setup.ts';

const GOOD = '4b1f7c02d95e8a3361c0f8e2579ab4dd0e6a93f1c7285b40ad19e6f3057c8b2e';

export default defineBrokenSetup({
  names: /SECRETS_KEY: key 2 is weak/,
  code: 78,
  arrange: () => ({ SECRETS_KEY: `${GOOD},${'abababab'.repeat(8)}` }),
});
