import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

/** What a gateway would have stored, and logged. */
const captured = async (keyId: string, ageMs = 0): Promise<string> => {
  const atMs = Date.now() - ageMs;
  const body = (text: string) => ({
    bytes: Buffer.from(text),
    contentType: 'application/json',
    encoding: '',
    isWhole: true,
  });
  const id = ids.next(atMs, 1);
  writeCapture(
    path.join(cli.api.logDir, 'production', 'payloads'),
    makeCapture({
      policy: capturePolicy(),
      invocation: id,
      atMs,
      environment: 'production',
      service: 'demo',
      release: '1.0.0@aaaaaaaaaaaa',
      keyId,
      why: 'failed',
      ending: 'complete',
      method: 'POST',
      target: '/predict',
      request: { headers: {}, body: body('{"text":"hello from jane.doe@mailbox.org"}'), leftOut: null },
      status: 500,
      response: { headers: {}, body: null, leftOut: { why: 'too-large', bytes: 70_000 } },
    }),
  );
  const line = {
    kind: 'invocation',
    id,
    at: new Date(atMs).toISOString(),
    service: 'demo',
    share: 0,
    status: 500,
    ms: 1,
  };
  await writeFile(
    path.join(cli.api.logDir, 'production', `production-${ids.boot}-1.jsonl`),
    `${JSON.stringify({ ...line, ending: 'complete', rescued: false, mirrored: false, key: keyId, sticky: null })}\n`,
  );
  return id;
};

it('are shown to who asks for them with a token, and the ledger says who did', async () => {
  const id = await captured('app');
  const trace = await cli.run(['trace', id]);
  expect(trace.out).toMatch(/payload +kept until .*--payload shows it/);
  expect(trace.out).not.toContain('hello');
  const shown = await cli.run(['trace', id, '--payload']);
  expect(shown.code).toBe(0);
  expect(shown.out).toContain('"text": "hello from [email]"');
  expect(shown.out).toContain('answer 500');
  expect(shown.out).toContain('longer than traffic.capture.maxBytes (70000 bytes)');
  const { out } = await cli.run(['audit']);
  expect(out).toContain(`payload of ${id} read`);
  // The login of the page reads everything else.
  const login = await cli.api.fetch('http://127.0.0.1/login', {
    method: 'POST',
    body: JSON.stringify({ token: cli.env.TIDEGATE_TOKEN }),
    headers: { 'content-type': 'application/json' },
  });
  const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
  const at = `http://127.0.0.1/api/v1/invocations/${id}`;
  expect((await cli.api.fetch(at, { headers: { cookie } })).status).toBe(200);
  const payload = { method: 'POST', headers: { cookie } };
  expect((await cli.api.fetch(`${at}/payload`, payload)).status).toBe(403);
  expect((await cli.api.fetch(`${at}/payload`, { method: 'POST' })).status).toBe(401);
  expect(cli.api.engine.catalog.payloads.version).toBe(1);
});

it('are erased by key, by time and by id, and the ledger does not keep the key', async () => {
  const [jane, joe, old] = [
    await captured('jane@mailbox.org'),
    await captured('joe'),
    await captured('joe', 5 * 86_400_000),
  ];
  const erase = (...how: string[]) => cli.run(['payloads', 'erase', '--yes', ...how]);
  expect((await erase()).code).toBe(2);
  expect((await erase('--before', 'yesterday')).code).toBe(2);
  expect((await erase('--key', 'jane@mailbox.org')).out).toContain('1 payload is deleted.');
  expect((await cli.run(['trace', jane, '--payload'])).code).toBe(2);
  const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
  expect((await erase('--before', day)).out).toContain('1 payload is deleted.');
  expect(await cli.api.client.readCapture(old)).toBeNull();
  expect(await cli.api.client.readCapture(joe)).toMatchObject({ request: { path: '/predict' } });
  expect((await erase('--invocation', joe, '--env', 'staging')).out).toContain('0 payloads are deleted.');
  expect((await erase('--invocation', joe)).out).toContain('1 payload is deleted.');
  const ledger = JSON.stringify(await cli.api.client.events());
  expect(ledger).toContain('payloads.erased');
  expect(ledger).not.toContain('mailbox');
});
