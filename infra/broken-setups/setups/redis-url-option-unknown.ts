import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: has an unknown option "lazyConect"/,
  code: 78,
  arrange: (place) => ({ REDIS_URL: place.redisUrl({ path: '/0?lazyConect=true' }) }),
});
