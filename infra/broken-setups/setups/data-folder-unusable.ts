import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /DATA_DIR/,
  code: 78,
  breaks: ['api'],
  arrange: () => ({ DATA_DIR: '/dev/null/data', JWT_SECRET: '', REFRESH_TOKEN_SECRET: '' }),
});
