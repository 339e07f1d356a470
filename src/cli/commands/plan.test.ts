import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
});
afterEach(() => cli.close());

/** Wide enough that no sentence is broken. */
const offline = (...more: string[]) =>
  cli.run(['plan', '--offline', '--runs', '4', ...more], { columns: 250 });
const production = ['--env', 'production'];

interface Printed {
  readonly environment: string;
  readonly prediction: {
    readonly good: { readonly promoted: object };
    readonly warnings: readonly object[];
  } | null;
}
const parsed = (out: string): Printed[] => JSON.parse(out) as Printed[];

describe('tidegate plan', () => {
  it('shows stages, a prediction, and where its figures come from', async () => {
    const { code, out } = await offline(...production, '--rate', '40', '--errors', '1%');
    expect(code).toBe(0);
    expect(out).toContain('demo in production   canary');
    expect(out).toContain('given 40 requests a second, errors 1 %');
    expect(out).toMatch(/takes \d+ min/);
    expect(out).toMatch(/errors +20 x +1 % → 20 % +100 %/);
    expect(out).toMatch(/false rollback at most 0.1 % by the rules; it came in none of 4 runs \(so under \d/);
    expect(out).not.toMatch(/\b0 % .*false/);
    expect(out).toContain('└──');
  });

  it('prints as JSON what the table was made from', async () => {
    const { out } = await offline(...production, '-o', 'json');
    const [one] = parsed(out);
    expect(one).toMatchObject({
      environment: 'production',
      ok: true,
      plan: { strategy: 'canary' },
      changes: null,
      prediction: { seed: 1, good: { promoted: { runs: 4 } }, assumptions: { errors: { from: 'default' } } },
    });
  });

  it('says whose requests a stage is about, and foresees it with as many as there are of them', async () => {
    await appendFile(
      join(cli.project, 'tidegate.yaml'),
      `environments:
  production:
    strategy: {canary: {steps: [50%, 100%], audience: {header: {name: x-ring, equals: beta}}}}
`,
    );
    const all = await offline(...production, '--rate', '40');
    expect(all.out).toContain('50 %: of requests with x-ring: beta');
    expect(all.out).toContain('as if everybody were in it');
    const some = await offline(...production, '--rate', '40', '--audience', '10%');
    expect(some.out).toContain('Foreseen with 10 % of the traffic');
    expect(some.out).toContain('given 4 requests a second');
    const nobody = await offline(...production, '--rate', '40', '--audience', '0%');
    expect(nobody.code).not.toBe(0);
  });

  it.each([80, 120])('fits into %d columns', async (columns) => {
    await appendFile(join(cli.project, 'tidegate.yaml'), 'traffic: {sticky: {header: x-user-id}}\n');
    const { out } = await cli.run(
      ['plan', '--offline', '--runs', '4', ...production, '--rate', '40', '--keys', '20000'],
      { columns },
    );
    expect(out).toContain('USERS / 99 %');
    expect(out.split('\n').filter((line) => [...line].length > columns)).toEqual([]);
    expect(out.includes('BAD SHARE')).toBe(columns === 120);
  });

  it('gives the same answer to the same question', async () => {
    const json = async (...more: string[]) => (await offline(...production, '-o', 'json', ...more)).out;
    const first = await json('--seed', '3');
    expect(await json('--seed', '3')).toBe(first);
    expect(await json('--seed', '4')).not.toBe(first);
  });

  it('warns of a gate that this traffic cannot open in time', async () => {
    const { out } = await offline(...production, '--rate', '3/h');
    expect(out).toMatch(/! At this traffic 5 % needs (about|more than) \d+ d .* for feedback/);
    expect(out).toMatch(/mirrors all requests needs about \d+ d .*for errors, client-errors, slow/s);
    expect(out).toContain('traffic  given 3 requests an hour');
  });

  it('only expands when that is asked for, and for a first release', async () => {
    const all = [...parsed((await offline('--no-predict', '-o', 'json')).out)];
    all.push(...parsed((await offline('--first', '-o', 'json')).out));
    expect(all.map(({ prediction }) => prediction)).toEqual([null, null, null, null]);
  });

  it('takes a server into account that has nothing yet: the release would be the first', async () => {
    const { code, out } = await cli.run(['plan', ...production, '-o', 'json']);
    expect(code).toBe(0);
    expect(parsed(out)[0]).toMatchObject({ plan: { strategy: 'first-release' }, prediction: null });
  });

  it('goes on without a server that was only found, and not without one that was named', async () => {
    const dead = { fetch: () => Promise.reject(new TypeError('fetch failed')) };
    const found = await cli.run(['plan', ...production, '--no-predict'], dead);
    expect(found.code).toBe(0);
    expect(found.err).toContain('No control plane answers');
    const named = await cli.run(['plan', '--server', 'http://127.0.0.1:7070', '--no-predict'], dead);
    expect(named.code).toBe(1);
  });

  it.each([
    ['--rate', '0'],
    ['--rate', '-3'],
    ['--rate', 'many'],
    ['--rate', '3/fortnight'],
    ['--errors', '1'],
    ['--errors', '120%'],
    ['--errors', 'NaN'],
    ['--keys', '1.5'],
    ['--latency', '50'],
    ['--runs', '-1'],
  ])('refuses %s %s', async (option, value) => {
    const { code, out, err } = await cli.run(['plan', '--offline', `${option}=${value}`]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(option);
  });

  it('refuses no runs at all', async () => {
    expect((await cli.run(['plan', '--offline', '--runs', '0'])).code).not.toBe(0);
  });

  it('names what the file says wrong', async () => {
    await appendFile(join(cli.project, 'tidegate.yaml'), 'guards: {errors: {margin: 2%}}\n');
    expect(await offline()).toMatchObject({
      code: 2,
      err: expect.stringContaining('unknown key') as string,
    });
  });
});
