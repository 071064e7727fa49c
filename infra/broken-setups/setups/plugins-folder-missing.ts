import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /PLUGINS_DIR: cannot read .*nowhere/,
  code: 78,
  breaks: ['worker'],
  arrange: ({ dir }) => ({ PLUGINS_DIR: `${dir}/nowhere` }),
});
