/** Login page of the dashboard, without inline scripts or styles, so that the policy need not allow them. */
export const LOGIN_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dashboard login</title>
<link rel="stylesheet" href="/admin/login.css">
<script src="/admin/login.js" defer></script>
</head>
<body>
<main>
<h1>Queues</h1>
<form id="login" method="post">
<label>E-mail <input name="email" type="email" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in</button>
<p id="problem" role="alert"></p>
</form>
<noscript>The dashboard needs JavaScript.</noscript>
</main>
</body>
</html>
`;

export const LOGIN_STYLE = `body { font: 16px/1.5 system-ui, sans-serif; background: #151a21; color: #e6e9ee; }
main { max-width: 20rem; margin: 15vh auto 0; }
label { display: block; margin-bottom: 1rem; }
input, button { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; }
#problem { color: #ff8a80; }
`;

export const LOGIN_SCRIPT = `const form = document.getElementById('login');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const problem = document.getElementById('problem');
  problem.textContent = '';
  const { email, password } = Object.fromEntries(new FormData(form));
  const reply = await fetch('/api/auth/dashboard-session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (reply.ok) location.assign('/admin/queues/');
  else problem.textContent = (await reply.json()).detail;
});
`;
