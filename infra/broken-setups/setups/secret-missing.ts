import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /JWT_SECRET: must be set unless HOST is a loopback address/,
  code: 78,
  breaks: ['api'],
  arrange: () => ({ HOST: '0.0.0.0', JWT_SECRET: '' }),
});
