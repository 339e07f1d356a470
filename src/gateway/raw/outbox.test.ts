import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { letterOf, openOutbox } from './outbox.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

let taken: Socket;
let sent: Socket;
beforeEach(async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sent = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [taken] = (await once(server, 'connection')) as [Socket];
  if (sent.connecting) await once(sent, 'connect');
  open.push({
    close() {
      sent.destroy();
      taken.destroy();
      server.close();
    },
  });
});
const heard = async (bytes: number): Promise<string> => {
  let text = '';
  for await (const chunk of taken.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.length >= bytes) return text;
  }
  return text;
};

it('writes what it was given when the events at hand are over, once', async () => {
  const outbox = openOutbox();
  const letter = letterOf(sent);
  let calls = 0;
  letter.onSent = () => {
    calls += 1;
  };
  outbox.send(letter, Buffer.from('one'));
  expect(letter.bytes).not.toBeNull();
  expect(sent.bytesWritten).toBe(0);
  expect(await heard(3)).toBe('one');
  expect(letter).toMatchObject({ bytes: null, onSent: undefined });
  expect(calls).toBe(1);
});

it('comes before what is written after a flush, and is not written again', async () => {
  const outbox = openOutbox();
  const letter = letterOf(sent);
  outbox.send(letter, Buffer.from('one '));
  outbox.flush();
  sent.write('two ');
  outbox.send(letter, Buffer.from('three'));
  expect(await heard(13)).toBe('one two three');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(sent.bytesWritten).toBe(13);
});

it('a connection that has gone takes nothing with it', async () => {
  const outbox = openOutbox();
  const gone = letterOf(connect((sent.address() as AddressInfo).port, '127.0.0.1').on('error', () => {}));
  gone.socket.destroy();
  let isSent = false;
  gone.onSent = () => {
    isSent = true;
  };
  outbox.send(gone, Buffer.from('nobody'));
  outbox.send(letterOf(sent), Buffer.from('somebody'));
  expect(await heard(8)).toBe('somebody');
  // Whoever waits for the end of it hears of it.
  expect([isSent, gone.bytes]).toEqual([true, null]);
});

it('says when the system does not take all of it', async () => {
  const outbox = openOutbox();
  const letter = letterOf(sent);
  const heldUp: string[] = [];
  letter.onHeldUp = () => void heldUp.push('small');
  outbox.send(letter, Buffer.from('small'));
  outbox.flush();
  taken.pause();
  letter.onHeldUp = () => void heldUp.push('large');
  outbox.send(letter, Buffer.alloc(64 * 1024 * 1024));
  outbox.flush();
  expect(heldUp).toEqual(['large']);
});
