import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readServer } from './check-server.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

test('certificates come out as lists of absolute paths, for the control plane and for each environment', () => {
  using folder = scratchFolder({
    'certs/a.pem': '',
    'certs/a-key.pem': '',
    'certs/b.pem': '',
    'certs/b-key.pem': '',
  });
  const text = [
    'control: {tls: {certificate: certs/a.pem, key: certs/a-key.pem}}',
    'environments:',
    '  - name: staging',
    '  - name: production',
    '    tls:',
    '      - {certificate: certs/a.pem, key: certs/a-key.pem}',
    '      - {certificate: certs/b.pem, key: certs/b-key.pem}',
  ].join('\n');
  const { config, problems } = readServer(text, join(folder.path, 'tidegate.server.yaml'));
  const pair = (name: string) => ({
    certificate: join(folder.path, `certs/${name}.pem`),
    key: join(folder.path, `certs/${name}-key.pem`),
  });
  expect(problems).toEqual([]);
  expect(config?.control.tls).toEqual([pair('a')]);
  expect(config?.environments.map(({ tls }) => tls)).toEqual([undefined, [pair('a'), pair('b')]]);
});
