import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkService, readService } from '../check-service.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';

const head = (protocol: string): string => `service: a\nprotocol: ${protocol}\nrun: {command: ./a}\n`;

const seen = (text: string): string[] => {
  using folder = scratchFolder({});
  return checkService(text, join(folder.path, 'tidegate.yaml')).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
};
const trafficOf = (lines: string, protocol = 'open-inference') => {
  using folder = scratchFolder({});
  const { config, problems } = readService(`${head(protocol)}${lines}`, join(folder.path, 'tidegate.yaml'));
  if (config === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return config.traffic;
};

describe('what is answered without asking', () => {
  test('is nothing by default', () => {
    expect(trafficOf('')).not.toHaveProperty('cache');
    expect(trafficOf('')).not.toHaveProperty('batching');
  });

  test('comes out as it will be sealed', () => {
    expect(trafficOf('traffic: {cache: {}}\n').cache).toEqual({
      ttlMs: 300_000,
      bytesAtMost: 64 * 1024 * 1024,
      entryBytesAtMost: 256 * 1024,
      methods: ['GET'],
      scope: 'key',
      isDeterministicOnly: true,
      hasStreams: false,
      isCoalescing: false,
      evidenceShare: 1,
    });
    expect(
      trafficOf(
        'traffic: {cache: {ttl: 0s, maxBytes: 1MiB, maxEntryBytes: 2KiB, methods: [GET, POST], paths: [/a, /b/*], vary: [Accept-Language], scope: shared, when: always, streams: true, coalesce: true, evidence: 5%}}\n',
        'http',
      ).cache,
    ).toEqual({
      ttlMs: 0,
      bytesAtMost: 1024 * 1024,
      entryBytesAtMost: 2048,
      methods: ['GET', 'POST'],
      paths: ['/a', '/b/*'],
      vary: ['accept-language'],
      scope: 'shared',
      isDeterministicOnly: false,
      hasStreams: true,
      isCoalescing: true,
      evidenceShare: 0.05,
    });
    expect(trafficOf('traffic: {batching: {maxBatch: 8}}\n').batching).toEqual({
      rowsAtMost: 8,
      waitMs: 5,
      evidenceShare: 0.2,
    });
  });

  test.each([
    ['open-inference', 'cache: {ttl: 0s}', /^4:24 a cache that keeps nothing/],
    ['open-inference', 'cache: {ttl: 2d}', /^4:24 2d is too long/],
    ['open-inference', 'cache: {maxBytes: 1B}', /^4:29 1B is too little/],
    [
      'open-inference',
      'cache: {maxBytes: 1MiB, maxEntryBytes: 2MiB}',
      /^4:50 must not be more than maxBytes/,
    ],
    ['open-inference', 'cache: {paths: [a]}', /^4:27 "a" is not a path/],
    ['open-inference', 'cache: {paths: ["/a*b"]}', /^4:27 "\/a\*b" is not a path/],
    ['open-inference', 'cache: {paths: ["/a?b"]}', /is not a path/],
    ['open-inference', 'cache: {scope: user}', /"user" is not one of key, shared/],
    ['open-inference', 'cache: {evidence: 0%}', /0% is out of range/],
    ['open-inference', 'cache: {ttls: 1s}', /unknown key "ttls"/],
    ['http', 'cache: {methods: [POST]}', /a POST is only kept where paths names its path/],
    ['openai', 'batching: {}', /only requests of protocol open-inference can be put together/],
    ['open-inference', 'batching: {maxBatch: 1}', /1 is out of range/],
    ['open-inference', 'batching: {maxWait: 0s}', /above zero/],
    ['open-inference', 'batching: {maxWait: 1m}', /too long/],
  ])('%s: %s is refused', (protocol, line, problem) => {
    expect(seen(`${head(protocol)}traffic: {${line}}\n`)[0]).toMatch(problem);
  });
});
