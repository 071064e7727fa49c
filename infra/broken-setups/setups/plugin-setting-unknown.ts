import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /HTTP_PLUGIN_ALOW: no plugin has this setting/,
  code: 78,
  breaks: ['worker'],
  arrange: ({ marker }) => ({ HTTP_PLUGIN_ALOW: marker.password }),
});
