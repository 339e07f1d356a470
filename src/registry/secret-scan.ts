import { posix } from 'node:path';

/** Only files up to this size are read for secrets; larger ones are judged by their name. */
export const scannedBytes = 1024 * 1024;

const names: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /^\.env(\.(?!example$|sample$|template$|dist$).*)?$/, what: 'a file of environment variables' },
  { pattern: /^id_(rsa|dsa|ecdsa|ed25519)$/, what: 'a private SSH key' },
  { pattern: /^(\.netrc|\.pypirc|\.git-credentials)$/, what: 'a file of passwords' },
];

const contents: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/, what: 'a private key' },
  { pattern: /\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}\b/, what: 'an AWS access key' },
  { pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})/, what: 'a GitHub token' },
  { pattern: /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*(?!\$\{)[^\s$]{8,}/, what: 'an npm token' },
  { pattern: /\bsk-(?:ant|proj)-[A-Za-z0-9_-]{24,}/, what: 'an API key of a model provider' },
  { pattern: /\bhf_[A-Za-z0-9]{34,}\b/, what: 'a Hugging Face token' },
  { pattern: /\bxox[abprs]-[A-Za-z0-9-]{20,}/, what: 'a Slack token' },
];

/**
 * What about a file looks like a secret, in words; null when nothing does. Knows private keys (PEM, OpenSSH, PGP), `.env`
 * files (not `.env.example`), `.netrc`, `.pypirc`, SSH key names, and the tokens of AWS, GitHub, npm, Anthropic, OpenAI,
 * Hugging Face and Slack that carry a recognisable prefix. It finds accidents; it does not find a secret without a mark.
 */
export const secretIn = (path: string, bytes: Uint8Array | null): string | null => {
  const name = posix.basename(path);
  const byName = names.find((each) => each.pattern.test(name));
  if (byName !== undefined) return byName.what;
  if (bytes === null || bytes.length > scannedBytes) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return contents.find((each) => each.pattern.test(text))?.what ?? null;
};
