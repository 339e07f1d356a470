import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import type { Fault, FaultPlan } from '../../core/evaluation/faults/fault-plan.ts';
import { TidegateError } from '../../errors.ts';
import { answerWithFault } from './answer-with-fault.ts';

/** Stands between a service and its upstream. */
export interface FaultProxy {
  /** Where it listens, such as `http://127.0.0.1:9900`. */
  readonly address: string;
  /** From now on calls fail so: the first of them, or all. */
  readonly begin: (fault: Fault, firstCalls: number | null) => FaultWatch;
  readonly close: () => Promise<void>;
}

export interface FaultWatch {
  /** Calls go through again; those that are held are cut. Says what had come. */
  readonly end: () => {
    readonly calls: number;
    readonly faulted: number;
    /** Why the upstream itself did not answer; null when it did, or was not asked. */
    readonly upstreamProblem: string | null;
  };
}

interface Running {
  readonly fault: Fault;
  readonly firstCalls: number | null;
  calls: number;
  faulted: number;
  upstreamProblem: string | null;
  readonly ended: AbortController;
}

/** Of one connection; a header in it says nothing to the next (RFC 9110, 7.6.1). */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
]);

/**
 * Listens for the service under evaluation and hands its calls on to its upstream, unchanged but for headers of the connection, until a fault
 * begins. @throws TidegateError `port-in-use`
 */
export const openFaultProxy = async ({
  upstream,
  listen,
}: Pick<FaultPlan, 'upstream' | 'listen'>): Promise<FaultProxy> => {
  const { origin, pathname } = new URL(upstream);
  const prefix = pathname.replace(/\/+$/, '');
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  let running: Running | null = null;

  const forward = (
    request: IncomingMessage,
    isWhole: boolean,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> =>
    agent.request({
      origin,
      path: prefix + (request.url ?? '/'),
      method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
      // What is cut in two must not be packed.
      headers: { ...endToEnd(request.headers), ...(isWhole ? {} : { 'accept-encoding': 'identity' }) },
      body: request.method === 'GET' || request.method === 'HEAD' ? null : request,
      signal,
    });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const now = running;
    const isFaulted = now !== null && (now.firstCalls === null || now.calls < now.firstCalls);
    if (now !== null) now.calls += 1;
    if (isFaulted) now.faulted += 1;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = isFaulted ? AbortSignal.any([gone.signal, now.ended.signal]) : gone.signal;
    try {
      if (isFaulted)
        await answerWithFault(now.fault, request, response, () => forward(request, false, signal), signal);
      else {
        const answer = await forward(request, true, signal);
        response.writeHead(answer.statusCode, endToEnd(answer.headers));
        await pipeline(answer.body, response);
      }
    } catch (error) {
      if (signal.aborted) response.destroy();
      else {
        const problem = (error as { code?: string }).code ?? String((error as Error).message);
        if (now !== null) now.upstreamProblem ??= problem;
        if (response.headersSent) response.destroy();
        else response.writeHead(502, { 'content-type': 'text/plain' }).end('the upstream did not answer\n');
      }
    }
  };

  const server = createServer((request, response) => void handle(request, response));
  await listening(server, listen);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    begin(fault, firstCalls) {
      const mine: Running = {
        fault,
        firstCalls,
        calls: 0,
        faulted: 0,
        upstreamProblem: null,
        ended: new AbortController(),
      };
      running = mine;
      return {
        end() {
          if (running === mine) running = null;
          mine.ended.abort();
          const { calls, faulted, upstreamProblem } = mine;
          return { calls, faulted, upstreamProblem };
        },
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await agent.destroy();
    },
  };
};

const listening = (server: Server, { host, port }: FaultPlan['listen']): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      reject(
        new TidegateError(
          isTaken ? 'port-in-use' : 'bad-request',
          isTaken
            ? `${host}:${port}, where the fault proxy is to listen, is taken.`
            : `The fault proxy cannot listen on ${host}:${port} (${cause.code ?? cause.message}).`,
          { cause, todo: 'Name another address under `faults.listen`, and tell the service.' },
        ),
      );
    });
    server.listen(port, host, resolve);
  });

const endToEnd = (headers: IncomingHttpHeaders): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_HEADERS.has(name) ? [] : [[name, value]],
    ),
  );
