import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findServer } from './find-server.ts';

let top: string;
let inner: string;
const token = 'token-in-a-file-0123456789';

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'tidegate-find-'));
  inner = join(top, 'a', 'b');
  await mkdir(inner, { recursive: true });
  await mkdir(join(top, '.tidegate'));
  await writeFile(join(top, '.tidegate', 'admin-token'), `${token}\n`, { mode: 0o600 });
  await writeFile(
    join(top, '.tidegate', 'server.json'),
    JSON.stringify({ control: 'http://127.0.0.1:7070', token_file: 'admin-token' }),
    { mode: 0o600 },
  );
});
afterEach(() => rm(top, { recursive: true, force: true }));

const find = (options = {}, env = {}) => findServer({ cwd: inner, env }, options);

describe('the server', () => {
  it('is the nearest one, from the working directory upwards', () => {
    expect(find()).toEqual({ server: 'http://127.0.0.1:7070', token });
  });

  it('is what the option says, else the environment, and then gets no token of another', () => {
    expect(find({}, { TIDEGATE_SERVER: 'http://h:1', TIDEGATE_TOKEN: 't' })).toEqual({
      server: 'http://h:1',
      token: 't',
    });
    expect(
      find({ server: 'http://g:2/' }, { TIDEGATE_SERVER: 'http://h:1', TIDEGATE_TOKEN: 't' }).server,
    ).toBe('http://g:2');
    expect(() => find({ server: 'http://elsewhere:7070' })).toThrow(/no token for http:\/\/elsewhere/);
    expect(find({ server: 'http://127.0.0.1:7070/' }).token).toBe(token);
  });

  it('must be an address', () => {
    expect(() => find({ server: '127.0.0.1:7070' })).toThrow(/not the address/);
    expect(() => find({ server: 'file:///etc/passwd' })).toThrow(/not the address/);
  });
});

describe('what others can write', () => {
  it('is not believed', async () => {
    await chmod(join(top, '.tidegate', 'server.json'), 0o666);
    expect(() => find()).toThrow(/written by others/);
  });

  it('makes no other file leave the machine as a token', async () => {
    const secret = join(top, 'key.pem');
    await writeFile(secret, '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n');
    expect(() => find({ tokenFile: secret })).toThrow(/holds no token/);
    expect(() => find({ tokenFile: join(top, 'absent') })).toThrow(/cannot be read/);
  });
});
