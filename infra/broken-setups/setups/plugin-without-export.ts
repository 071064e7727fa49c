import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /Plugin .*shop.* has no default export/,
  code: 78,
  breaks: ['worker'],
  arrange: async (place) => ({
    PLUGIN_ERRORS: 'fail',
    PLUGINS_DIR: await place.writePlugin('export const shop = {};'),
  }),
});
