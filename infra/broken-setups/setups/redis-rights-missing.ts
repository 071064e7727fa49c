import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: .*may not .*zadd/i,
  code: 78,
  async arrange(place) {
    await place.allow('limited', '~broken:*', '&broken:*', '+@all', '-zadd');
    return { MONGODB_URI: place.mongodbUri, REDIS_URL: place.redisUrl({ user: 'limited' }) };
  },
});
