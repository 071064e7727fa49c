import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /Plugin .*shop.*PLUGIN_LOAD_MS.*endless loop/,
  code: 78,
  breaks: ['worker'],
  arrange: async (place) => ({
    PLUGIN_ERRORS: 'fail',
    PLUGIN_LOAD_MS: '1000',
    PLUGINS_DIR: await place.writePlugin('for (;;);'),
  }),
});
