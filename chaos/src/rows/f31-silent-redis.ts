import { defineSilentLinks } from './silent-links.ts';

export default defineSilentLinks({
  id: 'F31',
  title: 'every open connection to Redis goes silent, and new ones pass: both directions, then the replies',
  store: 'redis',
  statusMeanwhile: 'degraded',
});
