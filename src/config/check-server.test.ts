import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkServer, readServer } from './check-server.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const seen = (text: string, files: Record<string, string> = {}): string[] => {
  using folder = scratchFolder(files);
  return checkServer(text, join(folder.path, 'tidegate.server.yaml')).map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );
};

describe('mistakes', () => {
  test.each<[string, string[]]>([
    ['# all defaults\n', []],
    ['control: {listen: 7070}', ['1:19 an address needs a host [127.0.0.1:7070]']],
    ['environments: []', ['1:15 at least one environment is needed']],
    ['environments: [{gateway: 127.0.0.1:1}]', ['1:16 "name" is missing']],
    ['environments: [{name: a}, {name: a}]', ['1:34 there is another environment named a']],
    [
      'environments: [{name: a, promote: automatic}]',
      ['1:35 there is no environment after the last one to promote to [manual]'],
    ],
    ['environments: [{name: a, promote: auto}, {name: b}]', ['1:35 "auto" is not one of manual, automatic']],
    [
      'environments: [{name: a, gateway: 127.0.0.1:7070}]',
      ['1:35 127.0.0.1:7070 is already used by the control plane'],
    ],
    [
      'environments: [{name: a, gateway: 127.0.0.1:7081}, {name: b}]',
      ['1:52 127.0.0.1:7081 is already used by environment a'],
    ],
    ['environments: [{name: a, gateway: 127.0.0.1:0}, {name: b, gateway: 127.0.0.1:0}]', []],
    ['environments: [{name: a, policy: p.yaml}]', ['1:34 there is no file "p.yaml"']],
    ['environments: [{name: a, strategy: {canary: [5%]}}]', ['1:46 the last step must be 100%']],
    [
      'environments: [{name: a, upstreamsAllowed: ["[fe80::1]"]}]',
      ['1:45 expected an IP address, got "[fe80::1]" [fe80::1]'],
    ],
    ['environments: [{name: a, gatewayProcesses: 0}]', ['1:44 0 is out of range: from 1 to 64']],
    ['environment: []', ['1:1 unknown key "environment" [environments]']],
  ])('%s', (text, problems) => {
    expect(seen(text)).toEqual(problems);
  });
});

test('without a word there is staging and production', () => {
  const preset = { minimumMs: null, timeoutMs: null, holdMs: null, holdbackShare: null };
  expect(readServer('', 'x')).toEqual({
    problems: [],
    config: {
      control: { listen: { host: '127.0.0.1', port: 7070 } },
      prometheus: null,
      environments: [
        {
          name: 'staging',
          gateway: { host: '127.0.0.1', port: 7080 },
          gatewayProcesses: 1,
          upstreamsAllowed: [],
          strategy: { type: 'all-at-once', ...preset },
          promote: 'manual',
          policy: null,
        },
        {
          name: 'production',
          gateway: { host: '127.0.0.1', port: 7081 },
          gatewayProcesses: 1,
          upstreamsAllowed: [],
          strategy: { type: 'canary', steps: [0.05, 0.25, 0.5, 1], mirrorShare: null, ...preset },
          promote: 'manual',
          policy: null,
        },
      ],
    },
  });
});

test('policies are found beside the file', () => {
  using folder = scratchFolder({ 'policies/staging.yaml': '' });
  const text = 'environments: [{name: staging, policy: policies/staging.yaml}]';
  const { config } = readServer(text, join(folder.path, 'tidegate.server.yaml'));
  expect(config?.environments[0]?.policy).toBe(join(folder.path, 'policies/staging.yaml'));
});
