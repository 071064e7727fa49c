import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: cannot be parsed/,
  code: 78,
  arrange: ({ marker, redisPort }) => ({
    REDIS_URL: `redis://product:${marker.password}@127.0.0.1:${redisPort}`,
  }),
});
