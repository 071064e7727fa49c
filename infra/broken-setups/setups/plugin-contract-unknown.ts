import { defineBrokenSetup } from '../broken-setup.ts';

const CODE = `export default { contractVersion: '9.0', id: 'shop', version: '1.0.0', actions: {} };`;

export default defineBrokenSetup({
  names: /"shop" 1\.0\.0 .*contract 9\.0/,
  code: 78,
  breaks: ['worker'],
  arrange: async (place) => ({ PLUGIN_ERRORS: 'fail', PLUGINS_DIR: await place.writePlugin(CODE) }),
});
