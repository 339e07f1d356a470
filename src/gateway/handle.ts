import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Address, addressOf } from './address.ts';
import type { Feedback } from './feedback.ts';
import { admit } from './key-ring.ts';
import type { Parts } from './parts.ts';
import { sendProblem } from './problem.ts';
import { type RequestBody, readBody } from './read-body.ts';
import { serve } from './serve.ts';
import type { Snapshot } from './snapshot.ts';

export interface HandleSpec {
  readonly parts: Parts;
  readonly feedback: Feedback;
  /** The table in force; null before the first. */
  readonly snapshot: () => Snapshot | null;
  readonly bufferedBytesAtMost: number;
}

const FEEDBACK_BYTES_AT_MOST = 16 * 1024;

/** The way of every request: accept, authenticate, find the service, read the body, serve. */
export function openHandler(spec: HandleSpec): (req: IncomingMessage, res: ServerResponse) => void {
  const { parts, feedback, bufferedBytesAtMost } = spec;
  return (req, res) => {
    const address = addressOf(req.method!, req.url!);
    if (address.kind === 'unusable') {
      sendProblem(res, 'bad-request', address.detail);
      return;
    }
    const snapshot = spec.snapshot();
    if (address.kind === 'health' || address.kind === 'server-health') {
      answerHealth(res, snapshot !== null, parts.isDraining);
      return;
    }
    if (snapshot === null) {
      sendProblem(
        res,
        'no-routes',
        `The environment "${parts.environment}" has no routes on this machine yet.`,
      );
      return;
    }
    const admission = admit(snapshot.keys, req.headers);
    if (!admission.admitted) {
      sendProblem(res, 'key-refused', 'This gateway serves only requests with one of its API keys.', {
        'www-authenticate': 'Bearer',
      });
      return;
    }
    const { keyId, spent } = admission;
    const begin = (name: string, path: string, body: RequestBody, expectsStream: boolean): void => {
      // While the body came in the table may have changed; a request is assigned under the one in force now.
      const current = spec.snapshot()!;
      const service = current.services.get(name);
      if (service === undefined) {
        sendUnknown(res, name);
        return;
      }
      serve(parts, {
        req,
        res,
        snapshot: current,
        service,
        path,
        keyId,
        spent,
        body: body.kind === 'whole' ? body.bytes : body.kind === 'stream' ? body.stream : null,
        contentLength: body.kind === 'stream' ? body.contentLength : null,
        expectsStream,
        id: '',
        atMs: 0,
        startedAtMs: 0,
        share: 0,
        keyDigest: null,
        setCookie: null,
        isCeilingReached: false,
        isOverflow: false,
        assigned: null,
        answering: null,
        answeringSinceMs: 0,
        outcome: null,
        call: null,
        capture: null,
        comparing: null,
        checking: null,
        status: 0,
        isRescued: false,
        isMirrored: false,
        isFinished: false,
      });
    };

    switch (address.kind) {
      case 'service': {
        if (!isServed(snapshot, address)) {
          sendUnknown(res, address.service);
          return;
        }
        const expectsStream = req.headers.accept?.includes('text/event-stream') === true;
        readBody(req, bufferedBytesAtMost, (body) =>
          begin(address.service, address.path, body, expectsStream),
        );
        return;
      }
      case 'model':
        readBody(req, bufferedBytesAtMost, (body) => {
          const call = openaiCall(res, snapshot, body);
          if (call !== null) begin(call.service, address.path, body, call.expectsStream);
        });
        return;
      case 'feedback':
        if (req.method !== 'POST') {
          sendProblem(res, 'bad-request', 'Feedback is sent with POST.');
          return;
        }
        readBody(req, FEEDBACK_BYTES_AT_MOST, (body) => {
          if (body.kind === 'stream') refuseLong(req, res, FEEDBACK_BYTES_AT_MOST);
          else feedback.answer(res, body.kind === 'whole' ? body.bytes : Buffer.alloc(0), keyId);
        });
        return;
      case 'models':
        sendJson(res, { object: 'list', data: openaiServices(snapshot).map(modelCard) });
        return;
      case 'one-model':
        if (openaiServices(snapshot).includes(address.service)) sendJson(res, modelCard(address.service));
        else sendUnknown(res, address.service);
        return;
      case 'nothing':
        sendProblem(
          res,
          'not-found',
          'Services are at /services/<service>/, /v2/models/<service>/ and /v1/.',
        );
        return;
    }
  };

  function openaiCall(
    res: ServerResponse,
    snapshot: Snapshot,
    body: RequestBody,
  ): { service: string; expectsStream: boolean } | null {
    if (body.kind === 'stream') {
      sendProblem(
        res,
        'too-large',
        `The body is over ${bufferedBytesAtMost} bytes; its field "model" is not looked for beyond.`,
        {
          connection: 'close',
        },
      );
      return null;
    }
    const asked = body.kind === 'whole' ? modelIn(body.bytes) : null;
    if (asked === null) {
      sendProblem(res, 'bad-request', 'The body must be a JSON object whose field "model" names a service.');
      return null;
    }
    const service = snapshot.services.get(asked.model);
    if (service === undefined || service.route.protocol !== 'openai') {
      sendUnknown(res, asked.model);
      return null;
    }
    return { service: asked.model, expectsStream: asked.isStreamed };
  }
}

function isServed(snapshot: Snapshot, { service, protocol }: Address & { kind: 'service' }): boolean {
  const route = snapshot.services.get(service)?.route;
  return route !== undefined && (protocol === null || protocol === route.protocol);
}

function modelIn(bytes: Buffer): { model: string; isStreamed: boolean } | null {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as { model?: unknown; stream?: unknown } | null;
    return typeof value?.model === 'string'
      ? { model: value.model, isStreamed: value.stream === true }
      : null;
  } catch {
    return null;
  }
}

const openaiServices = ({ services }: Snapshot): string[] =>
  [...services.values()].filter(({ route }) => route.protocol === 'openai').map(({ route }) => route.service);

/** `created` is required by clients; a service has no such time, so it says the epoch. */
const modelCard = (service: string) => ({ id: service, object: 'model', created: 0, owned_by: 'tidegate' });

function answerHealth(res: ServerResponse, hasRoutes: boolean, isDraining: boolean): void {
  if (isDraining)
    sendProblem(res, 'draining', 'This process answers what is in flight and ends.', { connection: 'close' });
  else if (!hasRoutes) sendProblem(res, 'no-routes', 'This process is alive and waits for its first routes.');
  else sendJson(res, { status: 'ok' });
}

function sendUnknown(res: ServerResponse, service: string): void {
  sendProblem(
    res,
    'service-unknown',
    `This environment has no service "${service.slice(0, 100)}" under this address.`,
  );
}

function refuseLong(req: IncomingMessage, res: ServerResponse, bytesAtMost: number): void {
  req.unpipe().resume();
  sendProblem(res, 'too-large', `The body is over ${bytesAtMost} bytes.`, { connection: 'close' });
}

function sendJson(res: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}
