import { ask } from './get-json.ts';

/** Trades the token for a cookie that this page's scripts cannot read. @throws ApiProblem, 401 for a wrong token. */
export const logIn = async (token: string): Promise<void> => {
  await ask('./login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
};

export const logOut = async (): Promise<void> => {
  await ask('./logout', { method: 'POST' });
};
