import { describe, expect, test } from 'vitest';
import { scannedBytes, secretIn } from './secret-scan.ts';

// Put together here, so that no scanner takes this file for what it looks for.
const fake = (prefix: string, length: number) =>
  prefix + 'aB3'.repeat(Math.ceil(length / 3)).slice(0, length);
const begin = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY${kind.startsWith('PGP') ? ' BLOCK' : ''}-----`;

describe('looks like a secret', () => {
  test.each([
    ...[
      '.env',
      'sub/.env',
      '.env.production',
      '.env.local',
      'id_rsa',
      '.ssh/id_ed25519',
      '.netrc',
      '.pypirc',
    ],
  ])('the name %s', (path) => {
    expect(secretIn(path, Buffer.from(''))).not.toBeNull();
    expect(secretIn(path, null)).not.toBeNull();
  });

  test.each([
    ...['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ', 'PGP '].map((kind) => `key = """${begin(kind)}\nMC4C`),
    fake('AKIA', 16).toUpperCase(),
    `token: ${fake('ghp_', 36)}`,
    fake('github_pat_', 70),
    fake('npm_', 36),
    `//registry.example.org/:_authToken=${fake('', 20)}`,
    `OPENAI=${fake('sk-proj-', 40)}`,
    `'${fake('sk-ant-', 40)}'`,
    fake('hf_', 34),
    fake('xoxb-', 40),
  ])('contents %#', (text) => {
    expect(secretIn('config.txt', Buffer.from(text))).not.toBeNull();
    expect(
      secretIn('config.txt', Buffer.concat([Buffer.alloc(100, 0xff), Buffer.from(`\n${text}`)])),
    ).not.toBeNull();
  });

  test.each([
    ['.env.example', 'A=1'],
    ['environment.ts', 'process.env.TOKEN'],
    ['public.pem', '-----BEGIN PUBLIC KEY-----'],
    ['cert.pem', '-----BEGIN CERTIFICATE-----'],
    ['.npmrc', `//registry.example.org/:_authToken=\${NPM_TOKEN}`],
    ['docs.md', 'AKIAIOSFODNN7EXAMPLE'],
    ['a.ts', 'const npm_config_registry = 1; task-proj-x'],
  ])('but not %s with %s', (path, text) => {
    expect(secretIn(path, Buffer.from(text))).toBeNull();
  });

  test('large files are judged by their name alone', () => {
    expect(
      secretIn('big.txt', Buffer.concat([Buffer.from(begin('')), Buffer.alloc(scannedBytes)])),
    ).toBeNull();
  });
});
