import { type FormEvent, type ReactElement, useState } from 'react';
import { isLoggedOut } from '../api/get-json.ts';
import { logIn } from '../api/session.ts';
import { Icon } from '../parts/icon.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { Mark } from './mark.tsx';

export const LoginPage = ({ entered }: { entered: () => void }): ReactElement => {
  const [token, setToken] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    setFailure(null);
    try {
      await logIn(token.trim());
      entered();
    } catch (error) {
      setFailure(
        isLoggedOut(error)
          ? new Error('This token is not valid here. Check that all of it was copied.')
          : error,
      );
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <main className="login">
      <form className="login-box" onSubmit={(event) => void submit(event)}>
        <Mark />
        <h1>Log in to Tidegate</h1>
        <p id="token-help">
          <code>tidegate up</code> prints the name of the file that holds the token. The page only reads:
          nothing can be changed from here.
        </p>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          required
          aria-describedby="token-help"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        {failure !== null && <Trouble error={failure} />}
        <button type="submit" className="button" disabled={isBusy}>
          <Icon name="arrow" />
          {isBusy ? 'Logging in' : 'Log in'}
        </button>
      </form>
    </main>
  );
};
