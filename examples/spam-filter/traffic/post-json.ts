import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface JsonAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Posts bytes of JSON. Rejects if there is no complete answer in time. */
export function postJson(
  url: URL,
  body: Buffer,
  options: { agent: Agent; headers: Record<string, string>; timeoutMs: number },
): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent: options.agent,
      headers: { ...options.headers, 'content-type': 'application/json', 'content-length': body.length },
    });
    const deadline = setTimeout(
      () => outgoing.destroy(new Error(`No answer in ${options.timeoutMs} ms.`)),
      options.timeoutMs,
    );
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        clearTimeout(deadline);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
      response.on('error', fail);
    });
    outgoing.on('error', fail);
    function fail(cause: Error): void {
      clearTimeout(deadline);
      reject(cause);
    }
    outgoing.end(body);
  });
}
