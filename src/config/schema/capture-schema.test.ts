import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PERSONAL_DATA } from '../../core/scorers/safety/personal-data.ts';
import { checkService, readService } from '../check-service.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';

const head = 'service: a\nprotocol: openai\nrun: {command: ./a}\n';

const seen = (capture: string): string[] => {
  using folder = scratchFolder({});
  return checkService(`${head}traffic: {capture: ${capture}}\n`, join(folder.path, 'tidegate.yaml')).map(
    ({ message }) => message,
  );
};
const captureOf = (traffic: string) => {
  using folder = scratchFolder({});
  const { config, problems } = readService(`${head}${traffic}`, join(folder.path, 'tidegate.yaml'));
  if (config === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return config.traffic.capture;
};

test('nothing is captured unless it is asked for', () => {
  expect(captureOf('')).toBeUndefined();
});

test('what is captured comes out as it will be sealed', () => {
  expect(captureOf('traffic: {capture: {}}\n')).toEqual({
    share: 0.01,
    hasFailed: false,
    bodyBytesAtMost: 65_536,
    keepForMs: 7 * 86_400_000,
    totalBytesAtMost: 256 * 1024 * 1024,
    headers: [],
    redact: { request: [], response: [], fields: [], personalData: PERSONAL_DATA },
  });
  expect(
    captureOf(
      'traffic: {capture: {share: 0%, failed: true, headers: [X-Tag], redact: {request: [/messages/*/name], fields: [customer], personalData: [email]}}}\n',
    ),
  ).toMatchObject({
    share: 0,
    hasFailed: true,
    headers: ['x-tag'],
    redact: { request: ['/messages/*/name'], fields: ['customer'], personalData: ['email'] },
  });
});

test('what could hold a credential cannot be named, and what keeps nothing is a mistake', () => {
  for (const name of ['Authorization', 'cookie', 'X-Api-Key', 'x-auth-user', 'X-Forwarded-For'])
    expect(seen(`{headers: [${name}]}`).join()).toContain('is never stored');
  expect(seen('{share: 0%}')).toEqual(['a share of 0 without failed: true keeps nothing']);
  expect(seen('{keepFor: 30m}')).toEqual(['nothing is kept for less than 2h']);
  expect(seen('{maxBytes: 1MiB}').join()).toContain('out of range');
  expect(seen('{redact: {request: [messages.0]}}').join()).toContain('not a JSON pointer');
});
