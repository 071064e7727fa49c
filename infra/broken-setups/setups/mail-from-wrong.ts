import { defineBrokenSetup } from '../broken-setup.ts';

export default defineBrokenSetup({
  names: /MAIL_FROM: must be an address/,
  code: 78,
  arrange: ({ marker }) => ({
    SMTP_URL: `smtp://product:${marker.encoded}@127.0.0.1:25`,
    MAIL_FROM: `noreply ${marker.password}`,
    PUBLIC_URL: 'http://localhost:3000',
  }),
});
