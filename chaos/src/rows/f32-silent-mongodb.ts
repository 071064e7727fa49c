import { defineSilentLinks } from './silent-links.ts';

export default defineSilentLinks({
  id: 'F32',
  title:
    'every open connection to the database goes silent, and new ones pass: both directions, then the replies',
  store: 'mongodb',
  statusMeanwhile: 'unavailable',
});
