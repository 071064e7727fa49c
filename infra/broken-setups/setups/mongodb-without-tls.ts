import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /MONGODB_URI: .*TLS/,
  code: 78,
  arrange: (place) => ({ MONGODB_URI: `${place.mongodbUriWithPassword}&tls=true` }),
});
