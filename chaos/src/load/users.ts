import { callApi } from './api-client.ts';

export interface User {
  index: number;
  token: string;
}

/** Registers the users of one run. @throws {Error} if the API refuses. */
export async function registerUsers(baseUrl: string, count: number): Promise<User[]> {
  const users: User[] = [];
  for (let index = 0; index < count; index += 1) {
    const answer = await callApi(baseUrl, {
      path: '/api/auth/register',
      body: {
        email: `chaos-${index}@example.com`,
        username: `chaos-${index}`,
        password: `Correct-horse-${index}-battery`,
      },
    });
    const token = answer.kind === 'answered' ? answer.body['accessToken'] : undefined;
    if (typeof token !== 'string') throw new Error(`registering a user failed: ${JSON.stringify(answer)}`);
    users.push({ index, token });
  }
  return users;
}
