/** Page that the link of a mail opens. It has no inline script, and its form posts, so that a password never gets into an address. */
export const RESET_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Set a new password</title>
<link rel="stylesheet" href="/account/account.css">
<script src="/account/reset-password.js" defer></script>
</head>
<body>
<main>
<h1>Set a new password</h1>
<form id="reset" method="post">
<label>New password <input name="password" type="password" autocomplete="new-password" minlength="8" required autofocus></label>
<button>Set password</button>
<p id="problem" role="alert"></p>
</form>
<noscript>This page needs JavaScript.</noscript>
</main>
</body>
</html>
`;

/** The token stays out of the history: the fragment is removed as soon as it is read. */
export const RESET_SCRIPT = `const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
history.replaceState(null, '', location.pathname);
const form = document.getElementById('reset');
const problem = document.getElementById('problem');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  problem.textContent = '';
  const reply = await fetch('/api/auth/reset-password', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, password: new FormData(form).get('password') }),
  });
  if (reply.ok) form.replaceChildren('Your password is set. Sign in with it.');
  else problem.textContent = (await reply.json()).detail;
});
`;
