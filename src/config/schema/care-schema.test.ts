import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkService, readService } from '../check-service.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';

const head = 'service: a\nprotocol: openai\n';
const run = `${head}run: {command: ./a}\n`;
const external = (lines: string): string => `${head}external: {address: https://api.example.com, ${lines}}\n`;

const seen = (text: string): string[] => {
  using folder = scratchFolder({});
  return checkService(text, join(folder.path, 'tidegate.yaml')).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
};
const configOf = (text: string) => {
  using folder = scratchFolder({});
  const { config, problems } = readService(text, join(folder.path, 'tidegate.yaml'));
  if (config === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return config;
};

describe('what is done about addresses that fail', () => {
  test('comes out as it will be sealed', () => {
    const { care, fallback } = configOf(
      `${run}traffic:\n  retries: 5%\n  ejection: {consecutive: 3, rest: 1s}\n  slowStart: 1m\n  fallback: [b, c]\n`,
    ).traffic;
    expect(care).toEqual({
      retryShare: 0.05,
      ejection: { consecutive: 3, failedShare: 0.5, windowMs: 10_000, restMs: 1_000 },
      slowStartMs: 60_000,
    });
    expect(fallback).toEqual(['b', 'c']);
  });

  test('can be nothing', () => {
    const { care } = configOf(`${run}traffic: {retries: 0%, ejection: off, slowStart: 0s}\n`).traffic;
    expect(care).toEqual({ retryShare: 0, ejection: null, slowStartMs: 0 });
  });

  test.each([
    ['retries: 120%', /^4:20 /],
    ['ejection: {consecutive: 0}', /^4:35 0 is out of range/],
    ['ejection: {share: 0%}', /^4:29 0% is out of range/],
    ['ejection: never', /^4:21 /],
    ['fallback: [Not A Name]', /^4:22 "Not A Name" is not a name/],
    ['slowStart: 2d', /^4:22 2d is too long/],
  ])('%s is refused', (line, problem) => {
    expect(seen(`${run}traffic: {${line}}\n`)[0]).toMatch(problem);
  });
});

describe('a provider', () => {
  test('comes out as it will be sealed', () => {
    const { serving } = configOf(
      external('provider: azure, model: gpt, apiKey: env:KEY, apiVersion: 2024-10-21'),
    );
    expect(serving).toMatchObject({
      provider: { name: 'azure', model: 'gpt', apiKey: 'env:KEY', apiVersion: '2024-10-21' },
    });
    expect(configOf(external('ready: /health')).serving).not.toHaveProperty('provider');
    const bound = (lines: string) => configOf(external(lines)).serving;
    expect(bound('provider: anthropic, apiKey: env:KEY, translate: true, maxTokens: 900')).toMatchObject({
      provider: { name: 'anthropic', translation: { maxTokens: 900 } },
    });
    expect(bound('provider: vllm, translate: true')).toMatchObject({
      provider: { translation: { maxTokens: 4_096 } },
    });
    expect(bound('provider: vllm, translate: false')).not.toHaveProperty('provider.translation');
  });

  test.each([
    ['provider: opnai', 'is not one of openai'],
    ['model: gpt', 'model goes with provider'],
    ['provider: vllm, apiVersion: "1"', 'apiVersion goes with provider azure'],
    ['provider: azure, apiVersion: "1"', 'needs a model'],
    ['translate: true', 'translate goes with provider'],
    ['provider: anthropic, translate: true', 'translate needs an apiKey'],
    ['provider: triton, translate: true', 'triton speaks neither'],
    ['provider: vllm, translate: true, maxTokens: 9', 'maxTokens goes with translate'],
    ['provider: anthropic, ready: /health', 'anthropic answers nothing without a key'],
    ['provider: openai, fingerprint: /v1/models', 'openai answers nothing without a key'],
    ['provider: openai, apiKey: sk-live-1234567890abcdefghij', 'a secret is given by reference only'],
  ])('%s is refused', (lines, problem) => {
    const [first] = seen(external(lines));
    expect(first).toContain(problem);
    expect(first).not.toContain('1234567890');
  });

  test('has an address that does not end with what clients begin with', () => {
    const text = `${head}external: {address: https://api.example.com/v1, provider: openai}\n`;
    expect(seen(text)[0]).toContain('leave it out here');
  });
});
