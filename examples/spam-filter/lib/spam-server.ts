import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Classifier } from './classifier.ts';
import {
  inferenceResponse,
  MODEL_METADATA,
  MODEL_NAME,
  parseInferenceRequest,
} from './inference-protocol.ts';
import { readBody } from './read-body.ts';

export interface SpamServerOptions {
  classify: Classifier;
  /** Scores from here on are labelled spam. */
  threshold: number;
  /** Default 4 MiB. */
  maxBodyBytes?: number;
}

export interface SpamServer {
  /** Not listening yet. */
  server: Server;
  /** Turns readiness off, answers what is under way, and resolves when the last connection is closed. */
  drain(): Promise<void>;
}

const MODEL_PATH = `/v2/models/${MODEL_NAME}`;

/** The HTTP face of the filter: health, metadata and inference of the Open Inference Protocol v2. Errors are `{"error": "..."}`. */
export function createSpamServer(options: SpamServerOptions): SpamServer {
  const { maxBodyBytes = 4 * 1024 * 1024 } = options;
  let isDraining = false;

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return response.destroy();
      console.error(JSON.stringify({ level: 'error', message: 'request failed', error: String(error) }));
      send(response, 500, { error: 'The filter failed to answer; its log says why.' });
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    if (path === `${MODEL_PATH}/infer`) {
      if (request.method !== 'POST') return refuseMethod(response, 'POST');
      return infer(request, response);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET');
    switch (path) {
      case '/v2/health/live':
        return send(response, 200, { live: true });
      case '/v2/health/ready':
        return send(response, isDraining ? 503 : 200, { ready: !isDraining });
      case `${MODEL_PATH}/ready`:
        return send(response, isDraining ? 503 : 200, { name: MODEL_NAME, ready: !isDraining });
      case MODEL_PATH:
        return send(response, 200, MODEL_METADATA);
      default:
        return send(response, 404, { error: `There is nothing at ${path}.` });
    }
  }

  async function infer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reading = await readBody(request, maxBodyBytes);
    if (reading.type === 'too-large') {
      response.setHeader('connection', 'close');
      return send(response, 413, { error: `The body is larger than ${maxBodyBytes} bytes.` });
    }
    const parsed = parseInferenceRequest(reading.bytes.toString('utf8'));
    if (parsed.type === 'invalid') return send(response, 400, { error: parsed.reason });
    const scores = await options.classify(parsed.mails);
    send(response, 200, inferenceResponse(scores, options.threshold, parsed.id));
  }

  function refuseMethod(response: ServerResponse, allowed: string): void {
    response.setHeader('allow', allowed);
    send(response, 405, { error: `Only ${allowed} is answered here.` });
  }

  function send(response: ServerResponse, status: number, body: object): void {
    const text = JSON.stringify(body);
    // Decided as late as this: a connection kept by a request that began before the drain would hold it up.
    if (isDraining) response.setHeader('connection', 'close');
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  }

  return {
    server,
    drain() {
      isDraining = true;
      return new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  };
}
