import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /MONGODB_URI: cannot be parsed/,
  code: 78,
  arrange: ({ marker, mongodbUri }) => ({
    MONGODB_URI: mongodbUri.replace('://', `://product:${marker.password}@`),
  }),
});
