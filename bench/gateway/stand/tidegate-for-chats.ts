import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { CHAT_COMPLETIONS, type Target } from './proxies.ts';
import type { Stand } from './stand.ts';
import { startTidegate, type TidegateSpec } from './tidegate.ts';

/** The same gateway before a service of OpenAI's protocol, to stand beside gateways for chats alone. */
export async function startTidegateForChats(stand: Stand, spec: TidegateSpec): Promise<Target> {
  const directory = path.join(stand.directory, 'chats');
  await mkdir(directory, { recursive: true });
  const target = await startTidegate(
    { ...stand, directory },
    { ...spec, service: { ...spec.service, protocol: 'openai' } },
  );
  return { ...target, name: `${target.name}, chats`, path: CHAT_COMPLETIONS };
}
