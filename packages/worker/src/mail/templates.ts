import type { MailTokenKind } from '@mcp-server/shared';

interface Template {
  subject: string;
  /** Page that the link opens. */
  path: string;
  text: string;
  html: string;
}

/** Texts of the mails by kind, in the syntax of eta: `it.link` is the one-time link, `it.origin` the address of the installation. */
export const TEMPLATES: Readonly<Record<MailTokenKind, Template>> = {
  reset: {
    subject: 'Set a new password',
    path: '/account/reset-password',
    text: `A new password was requested for your account at <%= it.origin %>.

Open this link within 10 minutes to set it:

<%= it.link %>

The link works once. All sessions end when the password is set. If you did not request this, ignore this mail: nothing has changed.
`,
    html: `<!doctype html>
<html lang="en">
<body>
<p>A new password was requested for your account at <%= it.origin %>.</p>
<p><a href="<%= it.link %>">Set a new password</a></p>
<p>The link works once, within 10 minutes. All sessions end when the password is set. If you did not request this, ignore this mail:
nothing has changed.</p>
</body>
</html>
`,
  },
};
