import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: .*may not .*keys.*REDIS_PREFIX/i,
  code: 78,
  async arrange(place) {
    await place.allow('other', '~other:*', '&*', '+@all');
    return { MONGODB_URI: place.mongodbUri, REDIS_URL: place.redisUrl({ user: 'other' }) };
  },
});
