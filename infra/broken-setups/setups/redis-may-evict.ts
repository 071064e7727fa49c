import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: .*allkeys-lru.*noeviction/,
  code: 78,
  async arrange({ redis, mongodbUri }) {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    return { MONGODB_URI: mongodbUri };
  },
});
