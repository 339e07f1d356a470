import type { Exchange } from './exchange.ts';
import type { Feedback } from './feedback.ts';
import { giveUp } from './give-up.ts';
import { type Address, addressOf } from './http/address.ts';
import { makeLast } from './http/conversation.ts';
import { endBroken } from './http/end-broken.ts';
import { isMemberTrue, textMember } from './http/json-members.ts';
import { type Ask, type Reply, unreadOf } from './http/message.ts';
import { ownAnswers } from './http/own-answers.ts';
import { sendProblem } from './http/problem.ts';
import { type RequestBody, readBody } from './http/read-body.ts';
import type { Admission } from './identity/admission.ts';
import type { Callers } from './identity/callers.ts';
import { admit } from './identity/key-ring.ts';
import { sendTokenRefusal } from './identity/token-refusal.ts';
import type { Admitted, Pass } from './limits/admission.ts';
import { sendRefusal } from './limits/send-refusal.ts';
import type { Parts } from './parts.ts';
import type { Snapshot } from './routes/snapshot.ts';
import { serve } from './serve.ts';
import { collectBody } from './translation/collect-body.ts';
import { mayTranslate } from './translation/way-of.ts';

export interface HandleSpec {
  readonly parts: Parts;
  readonly feedback: Feedback;
  /** The table in force; null before the first. */
  readonly snapshot: () => Snapshot | null;
  readonly bufferedBytesAtMost: number;
  /** Null: nobody's tokens are taken. */
  readonly callers: Callers | null;
  /** Something threw where nothing should. The request has been ended. */
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** Addresses that only those may call who are let in. */
type Called = Exclude<Address, { kind: 'health' | 'server-health' | 'unusable' }>;

const FEEDBACK_BYTES_AT_MOST = 16 * 1024;

/** The way of every request: accept, authenticate, find the service, read the body, serve. */
export function openHandler(spec: HandleSpec): (req: Ask, res: Reply) => void {
  const { parts, feedback, bufferedBytesAtMost, callers, onTrouble } = spec;
  /** For what runs later than the request's own event: there nobody else would catch it, and its client would wait for ever. */
  const guarded = (res: Reply, work: () => void): void => {
    try {
      work();
    } catch (error) {
      onTrouble('a request could not be handled', error);
      endBroken(res);
    }
  };
  return (req, res) => {
    const address = addressOf(req.method!, req.url!);
    if (address.kind === 'unusable') {
      parts.refused['bad-request'] += 1;
      makeLast(req, res);
      sendProblem(res, 'bad-request', address.detail);
      return;
    }
    const snapshot = spec.snapshot();
    if (address.kind === 'health' || address.kind === 'server-health') {
      const standing = { hasRoutes: snapshot !== null, isDraining: parts.isDraining };
      ownAnswers.health(res, standing, address.kind === 'health' ? null : address.asks);
      return;
    }
    if (snapshot === null) {
      parts.refused['no-routes'] += 1;
      sendProblem(
        res,
        'no-routes',
        `The environment "${parts.environment}" has no routes on this machine yet.`,
      );
      return;
    }
    const admission =
      callers === null ? admit(snapshot.keys, req.headers) : callers.admit(snapshot.keys, req.headers);
    if (admission === 'unsettled')
      callers!.settle(snapshot.keys, req.headers, (settled) => {
        if (!res.destroyed) guarded(res, () => takeIn(req, res, address, settled));
      });
    else takeIn(req, res, address, admission);
  };

  /** The service is found, and the body read, for those only who may come in. */
  function takeIn(req: Ask, res: Reply, address: Called, admission: Admission): void {
    const snapshot = spec.snapshot()!;
    if (!admission.admitted) {
      parts.refused['key-refused'] += 1;
      sendTokenRefusal(res, admission.refusal);
      return;
    }
    const { keyId, spent, token } = admission;
    let arrivedAtMs = 0;
    const begin = (name: string, path: string, body: RequestBody, expectsStream: boolean): void => {
      const service = body.kind === 'stream' ? spec.snapshot()!.services.get(name) : undefined;
      if (body.kind === 'stream' && service !== undefined && mayTranslate(service, req.method, path))
        collectBody(res, body.upload, (whole) => guarded(res, () => askIn(name, path, whole, expectsStream)));
      else guarded(res, () => askIn(name, path, body, expectsStream));
    };
    const askIn = (name: string, path: string, body: RequestBody, expectsStream: boolean): void => {
      const { limits } = spec.snapshot()!.table;
      if (limits === undefined) {
        enter(name, path, body, expectsStream, null);
        return;
      }
      const decided = (admitted: Admitted | null): void => {
        // It may have waited, and its client left.
        if (res.destroyed) {
          if (admitted?.kind === 'pass') admitted.pass.leave();
        } else if (admitted === null || admitted.kind === 'pass')
          enter(name, path, body, expectsStream, admitted?.pass ?? null);
        else {
          if (body.kind === 'stream') leaveUnread(req, res);
          sendRefusal(res, admitted);
        }
      };
      arrivedAtMs = performance.now();
      parts.limits.admit(limits, name, keyId, () => res.destroyed, decided, token?.tier ?? null);
    };
    const enter = (
      name: string,
      path: string,
      body: RequestBody,
      expectsStream: boolean,
      pass: Pass | null,
    ): void => {
      // While the body came in the table may have changed; a request is assigned under the one in force now.
      const current = spec.snapshot()!;
      const service = current.services.get(name);
      if (service === undefined) {
        pass?.leave();
        if (body.kind === 'stream') leaveUnread(req, res);
        ownAnswers.unknown(res, name);
        return;
      }
      const exchange: Exchange = {
        req,
        res,
        snapshot: current,
        service,
        path,
        keyId,
        spent,
        claims: token?.claims ?? null,
        body: body.kind === 'whole' ? body.bytes : body.kind === 'stream' ? body.upload : null,
        contentLength: body.kind === 'stream' ? body.contentLength : null,
        expectsStream,
        pass,
        arrivedAtMs,
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
        via: service,
        fallbacksTried: 0,
        answeringSinceMs: 0,
        outcome: null,
        call: null,
        capture: null,
        tokens: null,
        costNanos: null,
        isCostPartly: false,
        upstreamError: null,
        isUnsent: false,
        trace: null,
        comparing: null,
        checking: null,
        status: 0,
        isRescued: false,
        isRetried: false,
        isMirrored: false,
        cache: null,
        isSpared: false,
        sparedBy: null,
        keeping: null,
        batchedWith: 0,
        onOver: null,
        isFinished: false,
      };
      try {
        serve(parts, exchange);
      } catch (error) {
        onTrouble('a request could not be served', error);
        giveUp(parts, exchange);
        endBroken(res);
      }
    };

    switch (address.kind) {
      case 'service': {
        if (!isServed(snapshot, address)) {
          parts.refused['service-unknown'] += 1;
          ownAnswers.unknown(res, address.service);
          return;
        }
        const accepts = req.headers.accept?.includes('text/event-stream') === true;
        const { route, sticky } = snapshot.services.get(address.service)!;
        const hasModel = route.protocol === 'openai';
        readBody(req, bufferedBytesAtMost, hasModel || sticky?.needsBody === true, (body) =>
          begin(address.service, address.path, body, accepts || (hasModel && asksForStream(body))),
        );
        return;
      }
      case 'model':
        readBody(req, bufferedBytesAtMost, true, (body) => {
          const service = calledService(res, snapshot, body);
          if (service !== null) begin(service, address.path, body, asksForStream(body));
          else if (body.kind === 'stream') leaveUnread(req, res);
        });
        return;
      case 'feedback':
        if (req.method !== 'POST') {
          sendProblem(res, 'bad-request', 'Feedback is sent with POST.');
          return;
        }
        readBody(req, FEEDBACK_BYTES_AT_MOST, false, (body) => {
          if (
            body.kind === 'stream' ||
            (body.kind === 'whole' && body.bytes.length > FEEDBACK_BYTES_AT_MOST)
          ) {
            leaveUnread(req, res);
            sendProblem(res, 'too-large', `The body is over ${FEEDBACK_BYTES_AT_MOST} bytes.`);
          } else feedback.answer(res, body.kind === 'whole' ? body.bytes : Buffer.alloc(0), keyId);
        });
        return;
      case 'models':
        ownAnswers.models(res, snapshot);
        return;
      case 'one-model':
        ownAnswers.model(res, snapshot, address.service);
        return;
      case 'server-metadata':
        ownAnswers.metadata(res);
        return;
      case 'nothing':
        sendProblem(
          res,
          'not-found',
          'Services are at /services/<service>/, /v2/models/<service>/ and /v1/.',
        );
        return;
    }
  }

  /** The service that the body names, if it is one of those that are called so; otherwise the answer is given. */
  function calledService(res: Reply, snapshot: Snapshot, body: RequestBody): string | null {
    const model = modelIn(body);
    if (model === null) {
      parts.refused['bad-request'] += 1;
      if (body.kind === 'stream')
        sendProblem(
          res,
          'too-large',
          `In a body over ${bufferedBytesAtMost} bytes the field "model" must come before what is long.`,
        );
      else
        sendProblem(
          res,
          'bad-request',
          'The body must be a JSON object whose field "model" names a service.',
        );
      return null;
    }
    if (snapshot.services.get(model)?.route.protocol === 'openai') return model;
    parts.refused['service-unknown'] += 1;
    ownAnswers.unknown(res, model);
    return null;
  }
}

function isServed(snapshot: Snapshot, { service, protocol }: Address & { kind: 'service' }): boolean {
  const route = snapshot.services.get(service)?.route;
  return route !== undefined && (protocol === null || protocol === route.protocol);
}

function modelIn(body: RequestBody): string | null {
  if (body.kind === 'none') return null;
  // Only the beginning is here, which is no JSON by itself.
  if (body.kind === 'stream') return textMember(body.upload.head, 'model');
  try {
    const value = JSON.parse(body.bytes.toString('utf8')) as { model?: unknown } | null;
    return typeof value?.model === 'string' ? value.model : null;
  } catch {
    return null;
  }
}

/** Of a body whose beginning does not tell it is assumed: streams have connections of their own, and one more keeps nobody waiting. */
const asksForStream = (body: RequestBody): boolean =>
  body.kind === 'stream' || (body.kind === 'whole' && isMemberTrue(body.bytes, 'stream'));

/** An answer that comes before the body has been read: the rest is let go, and the connection with it. To be called before the answer. */
function leaveUnread(req: Ask, res: Reply): void {
  if (!res.headersSent) res.setHeader('connection', 'close');
  unreadOf(req)?.unpipe().resume();
}
