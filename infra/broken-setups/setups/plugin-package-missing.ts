import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /PLUGINS.*no-such-plugin-package/,
  code: 78,
  breaks: ['worker'],
  arrange: () => ({ PLUGIN_ERRORS: 'fail', PLUGINS: 'no-such-plugin-package' }),
});
