import { defineBrokenSetup } from '../broken-setup.ts';

/** A plugin that leaves a timer behind, which alone would keep its process alive. */
const CODE = `setInterval(() => undefined, 1_000); throw new Error('no shop without a counter');`;

export default defineBrokenSetup({
  names: /Plugin .*shop.*no shop without a counter/,
  code: 78,
  breaks: ['worker'],
  arrange: async (place) => ({ PLUGIN_ERRORS: 'fail', PLUGINS_DIR: await place.writePlugin(CODE) }),
});
