import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: .*password/,
  code: 78,
  arrange: (place) => ({ MONGODB_URI: place.mongodbUri, REDIS_URL: place.redisUrl({ user: 'nobody' }) }),
});
