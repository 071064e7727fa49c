import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /REDIS_URL: .*password/,
  code: 78,
  async arrange({ redis, marker, mongodbUri, redisPort }) {
    await redis.config('SET', 'requirepass', marker.password);
    return { MONGODB_URI: mongodbUri, REDIS_URL: `redis://127.0.0.1:${redisPort}` };
  },
});
