import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: .*database 99/,
  code: 78,
  arrange: (place) => ({ MONGODB_URI: place.mongodbUri, REDIS_URL: place.redisUrl({ path: '/99' }) }),
});
