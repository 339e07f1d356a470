import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCapture } from '../../gateway/capture/make-capture.ts';
import { capturePolicy } from '../../gateway/capture/testing/capture-policy.ts';
import { writeCapture } from '../../gateway/capture/write-capture.ts';
import { newBoot, openInvocationIds } from '../../gateway/invocation-id.ts';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

const ids = openInvocationIds(newBoot('production'));
let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
});
afterEach(() => cli.close());

/** What a gateway would have stored. */
const captured = (request: string | null, answer: string, status = 200): string => {
  const atMs = Date.now();
  const bodyOf = (text: string) => ({
    bytes: Buffer.from(text),
    contentType: 'application/json',
    encoding: '',
    isWhole: true,
  });
  const id = ids.next(atMs, 1);
  writeCapture(
    join(cli.api.logDir, 'production', 'payloads'),
    makeCapture({
      policy: capturePolicy(),
      invocation: id,
      atMs,
      environment: 'production',
      service: 'demo',
      release: '1.0.0@aaaaaaaaaaaa',
      keyId: 'app',
      why: 'failed',
      ending: 'complete',
      method: 'POST',
      target: '/v1/chat/completions',
      request: {
        headers: {},
        body: request === null ? null : bodyOf(request),
        leftOut: request === null ? { why: 'too-large', bytes: 70_000 } : null,
      },
      status,
      response: { headers: {}, body: bodyOf(answer), leftOut: null },
    }),
  );
  return id;
};

const chat = (content: string): string =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });
const answer = (content: string): string =>
  JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] });
const golden = (): unknown[] =>
  readFileSync(join(cli.project, 'golden.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('tidegate eval add', () => {
  it('makes a case of a production failure, redacted, and the ledger says who read it', async () => {
    const id = captured(chat('When do you open? Write to jane.doe@mailbox.org'), answer('Never.'));
    const { code, out, err } = await cli.run([
      'eval',
      'add',
      '--from-invocation',
      id,
      '--expected',
      'nine',
      '--tags',
      'hours, regression',
    ]);
    expect(code, err).toBe(0);
    expect(out).toContain('golden.jsonl: 1 case');
    expect(err).toContain('it was redacted before it was kept: email 1×');
    expect(golden()).toMatchObject([
      {
        id,
        input: [{ role: 'user', content: 'When do you open? Write to [email]' }],
        expected: 'nine',
        tags: ['hours', 'regression'],
        metadata: { invocation: id, service: 'demo', release: '1.0.0@aaaaaaaaaaaa', status: 200 },
      },
    ]);
    expect((await cli.run(['audit'])).out).toContain(`payload of ${id} read`);
  });

  it('may expect what was answered, where there was a whole good answer', async () => {
    const good = captured(chat('Open?'), answer('At nine.'));
    expect((await cli.run(['eval', 'add', '--from-invocation', good, '--as-answered'])).code).toBe(0);
    expect(golden()).toMatchObject([{ expected: 'At nine.' }]);
    const failed = captured(chat('Closed?'), '{"error":"x"}', 500);
    expect(await cli.run(['eval', 'add', '--from-invocation', failed, '--as-answered'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no whole answer'),
    });
  });

  it('gives the set another digest, keeps what is in it, and takes no id twice', async () => {
    writeFileSync(join(cli.project, 'golden.jsonl'), '{"id":"a","input":"Open?","expected":"nine"}');
    writeFileSync(join(cli.project, 'q.txt'), 'Open?\n');
    const add = (...args: string[]) =>
      cli.run(['eval', 'add', '--input', 'q.txt', '--id', 'b', '--expected', 'ten', ...args]);
    const added = await add('-o', 'json');
    expect(added.code, added.err).toBe(0);
    expect(added.err).toContain('asks the same as line 1 and expects another answer');
    const shown = JSON.parse(added.out);
    expect(shown.cases).toBe(2);
    expect(shown.digest).not.toBe(shown.digestBefore);
    expect(golden().map((one) => (one as { id: string }).id)).toEqual(['a', 'b']);
    expect(await add()).toMatchObject({ code: 2, err: expect.stringContaining('a case "b" already') });
    expect(golden()).toHaveLength(2);
  });

  it('says why there is no case', async () => {
    const none = await cli.run(['eval', 'add', '--from-invocation', ids.next(Date.now(), 9)]);
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('Nothing is captured') });
    const large = captured(null, answer('x'));
    expect((await cli.run(['eval', 'add', '--from-invocation', large])).err).toContain(
      'was not kept (too-large)',
    );
    expect((await cli.run(['eval', 'add'])).err).toContain('Give --from-invocation ID or --input FILE');
    expect((await cli.run(['eval', 'add', '--from-invocation', large, '--to', 'g.csv'])).code).toBe(2);
  });
});
