import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /no\.env: named by ENV_FILE, does not exist/,
  code: 78,
  arrange: ({ dir }) => ({ ENV_FILE: `${dir}/no.env` }),
});
