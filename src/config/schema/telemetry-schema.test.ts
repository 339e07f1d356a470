import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readServer } from '../check-server.ts';
import { readService } from '../check-service.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';

const trafficOf = (lines: string) => {
  using folder = scratchFolder({});
  const text = `service: a\nprotocol: openai\nrun: {command: ./a}\n${lines}`;
  const { config, problems } = readService(text, join(folder.path, 'tidegate.yaml'));
  if (config === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return config.traffic;
};
const serverOf = (text: string) => {
  const { config, problems } = readServer(text, 'tidegate.server.yaml');
  if (config === null) throw new Error(problems.map(({ line, message }) => `${line} ${message}`).join('\n'));
  return config.environments.map(({ telemetry }) => telemetry);
};

describe('telemetry of a service', () => {
  test('is absent where nothing is asked for, so that releases keep their digests', () => {
    expect(trafficOf('')).not.toHaveProperty('telemetry');
    expect(trafficOf('traffic: {telemetry: {}}\n')).not.toHaveProperty('telemetry');
    expect(trafficOf('traffic: {telemetry: {traceContext: pass, serverTiming: false}}\n')).not.toHaveProperty(
      'telemetry',
    );
  });

  test('comes out as it will be sealed', () => {
    expect(trafficOf('traffic: {telemetry: {traceContext: make, serverTiming: true}}\n').telemetry).toEqual({
      makesTraces: true,
      serverTiming: true,
    });
  });
});

describe('telemetry of the gateways', () => {
  test('is absent by default, and the same for all environments', () => {
    expect(serverOf('')).toEqual([undefined, undefined]);
    expect(serverOf('gateway: {telemetry: {traceContext: make, sample: 25%}}\n')).toEqual([
      { makesTraces: true, sampleShare: 0.25, spans: null },
      { makesTraces: true, sampleShare: 0.25, spans: null },
    ]);
  });

  test('makes traces where spans are sent, unless told otherwise', () => {
    const endpoint = 'http://127.0.0.1:4318/v1/traces';
    expect(serverOf(`gateway: {telemetry: {spans: {endpoint: '${endpoint}'}}}\n`)[0]).toEqual({
      makesTraces: true,
      sampleShare: 0.1,
      spans: { endpoint, headers: {} },
    });
    const passes = `gateway: {telemetry: {traceContext: pass, spans: {endpoint: '${endpoint}', headers: {authorization: env:KEY}}}}\n`;
    expect(serverOf(passes)[0]).toEqual({
      makesTraces: false,
      sampleShare: 0.1,
      spans: { endpoint, headers: { authorization: 'env:KEY' } },
    });
  });

  test.each([
    [
      "gateway: {telemetry: {spans: {endpoint: 'http://a/v1/traces', headers: {authorization: secret}}}}",
      /secret|reference/,
    ],
    ["gateway: {telemetry: {spans: {endpoint: 'http://user:pw@a/v1/traces'}}}", /user name or password/],
    ['gateway: {telemetry: {traceContext: maek}}', /make/],
    ['gateway: {telemetry: {sample: 120%}}', /./],
  ])('refuses %s', (text, why) => expect(() => serverOf(`${text}\n`)).toThrow(why));
});
