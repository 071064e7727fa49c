import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /MONGODB_URI: .*password/,
  code: 78,
  arrange: (place) => ({ MONGODB_URI: place.mongodbUriWithPassword }),
});
