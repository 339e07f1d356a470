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

const identity = (part: string): string =>
  `gateway: {identity: {issuers: [{name: a, audience: b, ${part}}]}}`;

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
    [
      'environments: [{name: a, tls: {certificate: c.pem, key: k.pem}}]',
      ['1:45 there is no file "c.pem"', '1:57 there is no file "k.pem"'],
    ],
    [
      'control: {tls: [{certificate: c.pem, key: tidegate.yaml}]}',
      ['1:31 there is no file "c.pem"', '1:43 there is no file "tidegate.yaml"'],
    ],
    ['control: {tls: {certificate: c.pem}}', ['1:16 "key" is missing', '1:30 there is no file "c.pem"']],
    ['environments: [{name: a, strategy: {canary: [5%]}}]', ['1:46 the last step must be 100%']],
    [
      'environments: [{name: a, upstreamsAllowed: ["[fe80::1]"]}]',
      ['1:45 expected an IP address, got "[fe80::1]" [fe80::1]'],
    ],
    ['environments: [{name: a, gatewayProcesses: 0}]', ['1:44 0 is out of range: from 1 to 64']],
    [
      identity('issuer: "http://login.example.com"'),
      [
        '1:63 "http://login.example.com" is not safe: whoever is on the way could put in keys of his own [https://login.example.com]',
      ],
    ],
    [identity('issuer: "http://127.0.0.1:8080/realm"'), []],
    [
      identity('issuer: "https://a.example", algorithms: [HS256]'),
      [
        '1:97 "HS256" is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA [RS256]',
      ],
    ],
    [
      identity('issuer: "https://a.example", environments: [nowhere]'),
      ['1:99 there is no environment named nowhere'],
    ],
    [identity('issuer: "https://a.example", keys: {file: keys.json}'), ['1:97 there is no file "keys.json"']],
    ['gateway: {identity: {issuers: []}}', ['1:31 at least one issuer']],
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
          transport: 'raw',
          upstreamsAllowed: [],
          strategy: { type: 'all-at-once', ...preset },
          promote: 'manual',
          policy: null,
        },
        {
          name: 'production',
          gateway: { host: '127.0.0.1', port: 7081 },
          gatewayProcesses: 1,
          transport: 'raw',
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

test('issuers count in their environments, with all that is not said filled in', () => {
  using folder = scratchFolder({ 'keys.json': '' });
  const text = `
gateway:
  identity:
    issuers:
      - {name: corp, issuer: "https://login.example.com/", audience: models}
      - name: build
        issuer: https://ci.example.com
        audience: [models, others]
        keys: {file: keys.json}
        requires: {branch: main, group: [a, b]}
        tier: /plan/name
        forward: true
        environments: [staging]
`;
  const { config } = readServer(text, join(folder.path, 'tidegate.server.yaml'));
  const corp = {
    name: 'corp',
    issuer: 'https://login.example.com/',
    audience: ['models'],
    keys: { from: 'discovery' },
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    toleranceMs: 30_000,
    requires: {},
    keyClaim: 'sub',
    tierClaim: null,
    isForwarded: false,
  };
  expect(config?.environments.map((each) => each.identity)).toEqual([
    {
      isRequired: true,
      issuers: [
        corp,
        {
          ...corp,
          name: 'build',
          issuer: 'https://ci.example.com',
          audience: ['models', 'others'],
          keys: { from: 'file', path: join(folder.path, 'keys.json') },
          requires: { branch: ['main'], group: ['a', 'b'] },
          tierClaim: '/plan/name',
          isForwarded: true,
        },
      ],
    },
    { isRequired: true, issuers: [corp] },
  ]);
});
