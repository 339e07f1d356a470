/** A target that answers after so many milliseconds (first argument): half of its answers are right. Prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const delayMs = Number(process.argv[2] ?? 0);
const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const number = Number(/\d+/.exec(text)?.[0] ?? 0);
    const answer = JSON.stringify(number % 2 === 0 ? `the answer is ${number}` : 'something else');
    const send = (): void => {
      response.setHeader('content-type', 'application/json');
      response.end(answer);
    };
    if (delayMs === 0) send();
    else setTimeout(send, delayMs);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
