import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /SMTP_URL: cannot be parsed/,
  code: 78,
  arrange: ({ marker }) => ({
    SMTP_URL: `smtp://product:${marker.password}@127.0.0.1:25`,
    MAIL_FROM: 'noreply@example.com',
    PUBLIC_URL: 'http://localhost:3000',
  }),
});
