import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /MONGODB_URI: .*option "replicSet"/,
  code: 78,
  arrange: (place) => ({ MONGODB_URI: `${place.mongodbUriWithPassword}&replicSet=rs0` }),
});
