import { defineBrokenSetup } from '../broken-setup.ts';

const ANSWER = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

export default defineBrokenSetup({
  names: /REDIS_URL: .*not .*Redis/,
  code: 78,
  async arrange(place) {
    const port = await place.listen((socket) => socket.once('data', () => socket.end(ANSWER)));
    return { MONGODB_URI: place.mongodbUri, REDIS_URL: place.redisUrl({ port }) };
  },
});
