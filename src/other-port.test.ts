import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadServer } from './config/load-server.ts';
import { TidegateError } from './errors.ts';
import { withOtherPort } from './other-port.ts';

it('advises a file that changes nothing but the port', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-port-'));
  try {
    const usual = loadServer(null).config;
    const { host, port } = usual.environments[1]!.gateway;
    const taken = new TidegateError('port-in-use', 'taken', { data: { host, port } });
    const advice = /\(write one here\): (.*)$/.exec(withOtherPort(taken, usual, false).todo ?? '')?.[1];
    const file = join(directory, 'tidegate.server.yaml');
    writeFileSync(file, `${advice}\n`);
    const [staging, production] = loadServer(file).config.environments;
    expect(staging).toEqual(usual.environments[0]);
    expect(production).toEqual({ ...usual.environments[1], gateway: { host, port: port + 100 } });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
