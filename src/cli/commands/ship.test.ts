import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { until } from '../../api/testing/ship-demo.ts';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
});
afterEach(() => cli.close());

const run: CliProject['run'] = (argv, io) => cli.run(argv, io);

describe('ship', () => {
  it('seals, registers, rolls out and tells the end: exit code 0', async () => {
    const { code, out, err } = await run(['ship', '--watch']);
    expect(code).toBe(0);
    expect(err).toContain('Server http://127.0.0.1:7070');
    expect(err).toContain('Sealed demo 1.0.0');
    expect(out).toContain('✔ staging: 1.0.0 is stable now.');
    expect(out).not.toContain('\x1b');
    const again = await run(['ship', '--version', '1.0.0']);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('already serves') });
    await writeFile(join(cli.project, 'main.js'), '// 2\n');
    const next = await run(['ship', '-o', 'json', '--watch']);
    expect(JSON.parse(next.out)).toMatchObject({ service: 'demo', outcome: 'completed' });
    expect(cli.api.engine.lane({ service: 'demo', environment: 'staging' }).stable).toMatchObject({
      releaseVersion: '1.0.1',
    });
    const actors = (await cli.api.client.events({})).map(({ actor }) => actor);
    expect(actors).toContain('admin (jane)');
  });

  it('without watching only starts it', async () => {
    const { code, out } = await run(['ship', '--no-watch', '-o', 'yaml']);
    expect(code).toBe(0);
    expect(parse(out)).toMatchObject({ service: 'demo', environment: 'staging', recorded: true });
  });

  it('that a gate rejects ends with 3, one that stays open with 5', async () => {
    await writeFile(join(cli.project, 'golden.jsonl'), '{"id":"1","input":{},"expected":"spam"}\n');
    const yaml =
      'service: demo\nprotocol: http\ncomponents:\n  code:\n    files: [main.js]\nrun:\n  command: node main.js\n' +
      'evaluate:\n  golden: golden.jsonl\n  request:\n    path: /\n    body: $' +
      '{input}\n  answer: /label\n';
    await writeFile(join(cli.project, 'tidegate.yaml'), yaml);
    for (const [evaluation, expected, word] of [
      ['fail', 3, 'failed'],
      ['inconclusive', 5, 'inconclusive'],
    ] as const) {
      await cli.start({ evaluation });
      const { code, out, err } = await run(['ship', '--to', 'production', '--watch', '--timeout', '10s']);
      expect(err).not.toContain('✘ error');
      expect(out).toContain(word);
      expect(out).toContain('accuracy 50 %, at least 90 % is required');
      expect(code).toBe(expected);
    }
    await cli.start({});
    const unasked = await run(['ship', '--to', 'production', '--watch', '--timeout', '10s']);
    expect(unasked.err).toContain('Not evaluated: there is a golden set, and no requirement');
    expect(unasked.code).toBe(0);
    const planned = await run(['plan', '--offline', '--no-predict'], { columns: 250 });
    expect(planned.out).toContain(
      '! there is a golden set, and no requirement to hold it against in production',
    );
  });

  it('says which settings of the file mean nothing to the server', async () => {
    await appendFile(join(cli.project, 'tidegate.yaml'), 'environments: {prod: {replicas: 2}}\n');
    expect((await run(['ship'])).err).toContain('Did you mean production?');
    const plan = ['plan', '--offline', '--no-predict'];
    expect((await run(plan)).err).not.toContain('Did you mean');
    await writeFile(
      join(cli.project, 'tidegate.server.yaml'),
      'environments: [{name: staging}, {name: production}]\n',
    );
    expect((await run(plan)).err).toContain('Did you mean production?');
  });

  it('that waits longer than the time-out ends with 8, and goes on', async () => {
    await cli.start({ approvals: 1 });
    const { code, out, err } = await run(['ship', '--to', 'production', '--watch', '--timeout', '700ms']);
    expect(code).toBe(8);
    expect(out).toContain('waits for approval of stage evaluate, 0 of 1 given');
    expect(err).toContain('tidegate status --watch --service demo --env production');
    expect(cli.api.engine.lane({ service: 'demo', environment: 'production' }).rollout).not.toBeNull();
  });

  it('detaches on Ctrl-C with 130, and the rollout goes on', async () => {
    await cli.start({ approvals: 1 });
    const interrupt = new AbortController();
    setTimeout(() => interrupt.abort(), 700);
    const { code, err } = await run(['ship', '--to', 'production', '--watch'], {
      interrupted: interrupt.signal,
    });
    expect(code).toBe(130);
    expect(err).toContain('the rollout goes on');
    expect(cli.api.engine.lane({ service: 'demo', environment: 'production' }).rollout).not.toBeNull();
  });

  it('that somebody rolls back ends with 3', async () => {
    await cli.start({ approvals: 1 });
    const shipping = run(['ship', '--to', 'production', '--watch']);
    await until(cli.api, 'production', ({ rollout }) => rollout?.stage === 0);
    const { code } = await run(['abort', '--reason', 'no']);
    expect(code).toBe(0);
    expect((await shipping).code).toBe(3);
  });

  it('draws the tree in its place on a terminal', async () => {
    await cli.start({ approvals: 1 });
    const argv = ['ship', '--to', 'production', '--timeout', '2500ms'];
    const { out } = await run(argv, { isTerminal: true, env: { ...cli.env, NO_COLOR: '1' } });
    expect(out).toContain('\x1b[0J');
    expect(out).not.toContain('\x1b[3');
    expect(out).toContain('└─ ○ 100 %         to come');
  });
});
