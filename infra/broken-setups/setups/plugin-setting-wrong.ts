import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /HTTP_PLUGIN_ALLOW: /,
  code: 78,
  breaks: ['worker'],
  arrange: ({ marker }) => ({ HTTP_PLUGIN_ALLOW: `10.0.0.0/99,${marker.password}` }),
});
