import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES, type ProviderUse } from '../../core/routing/provider.ts';
import { openProvider, providerHeaders } from './live-provider.ts';
import { providers } from './providers.ts';

const pathAt = (path: string, use: ProviderUse): string => providers[use.name].path(path, use);
const live = (use: ProviderUse) => openProvider(use, { of: () => 'the-key' });
const given = [
  ...['host', 'api.example', 'Authorization', 'Bearer client', 'X-Api-Key', 'client', 'cookie', 'a=b'],
  ...['accept-encoding', 'gzip', 'x-forwarded-for', '10.1.2.3', 'tidegate-invocation', 'i-1', 'x-own', 'yes'],
];

describe('providers', () => {
  it.each<[string, ProviderUse, string]>([
    ['/v1/chat/completions', { name: 'openai', model: 'gpt' }, '/v1/chat/completions'],
    ['/v1/messages?beta=true', { name: 'anthropic' }, '/v1/messages?beta=true'],
    ['/v1/chat/completions', { name: 'azure' }, '/openai/v1/chat/completions'],
    [
      '/v1/chat/completions',
      { name: 'azure', model: 'my gpt', apiVersion: '2024-10-21' },
      '/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    ],
    [
      '/v1/responses?x=1',
      { name: 'azure', model: 'gpt', apiVersion: '2025-03-01-preview' },
      '/openai/responses?x=1&api-version=2025-03-01-preview',
    ],
    ['/v1/embeddings', { name: 'kserve', model: 'm' }, '/openai/v1/embeddings'],
    ['/v2/models/spam/infer', { name: 'kserve', model: 'm' }, '/v2/models/m/infer'],
    [
      '/v2/models/spam/versions/2/infer',
      { name: 'triton', model: 'spam_onnx' },
      '/v2/models/spam_onnx/versions/2/infer',
    ],
    ['/v2/models/spam', { name: 'triton', model: 'spam$&' }, '/v2/models/spam%24%26'],
    ['/v2/models/spam/ready', { name: 'triton' }, '/v2/models/spam/ready'],
    ['/api/chat', { name: 'ollama' }, '/api/chat'],
    ['/generate', { name: 'tgi' }, '/generate'],
  ])('%s with %j is asked at %s', (path, use, there) => {
    expect(pathAt(path, use)).toBe(there);
  });

  it.each([
    ['openai', 'authorization', 'Bearer the-key'],
    ['anthropic', 'x-api-key', 'the-key'],
    ['azure', 'api-key', 'the-key'],
    ['vllm', 'authorization', 'Bearer the-key'],
  ] as const)('%s gets our key as %s, and no credentials of the client', (name, header, value) => {
    const provider = live({ name, apiKey: 'env:X' });
    const headers = providerHeaders(given, provider, 'the-key');
    const pairs = Array.from({ length: headers.length / 2 }, (_, n) => [
      headers[2 * n]!.toLowerCase(),
      headers[2 * n + 1],
    ]);
    expect(pairs.filter(([, text]) => text?.includes('the-key'))).toEqual([[header, value]]);
    expect(JSON.stringify(headers)).not.toMatch(/client|a=b/);
    expect(pairs).toContainEqual(['x-own', 'yes']);
  });

  it('companies hear nothing of the client’s address, services of one’s own do', () => {
    expect(providerHeaders(given, live({ name: 'openai', apiKey: 'env:X' }), 'k')).not.toContain('10.1.2.3');
    expect(providerHeaders(given, live({ name: 'vllm' }), null)).toContain('10.1.2.3');
  });

  it('without a key of ours the client’s own travels on', () => {
    expect(providerHeaders(given, live({ name: 'openai' }), null)).toContain('Bearer client');
  });

  it('asks for no encoding, and names a version of the interface where the client names none', () => {
    const headers = providerHeaders(given, live({ name: 'anthropic', apiKey: 'env:X' }), 'k');
    expect(headers).not.toContain('gzip');
    expect(headers.join(' ')).toContain('anthropic-version 2023-06-01');
    const own = providerHeaders(
      [...given, 'Anthropic-Version', '2026-10-21'],
      live({ name: 'anthropic' }),
      null,
    );
    expect(own.join(' ')).not.toContain('2023-06-01');
  });

  it('every name has a table', () => {
    for (const name of PROVIDER_NAMES) expect(providers[name].usage.length).toBeGreaterThan(0);
  });
});
