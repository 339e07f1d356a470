import { contentToMessages } from './content-to-messages.ts';
import { type Findings, refuse } from './findings.ts';
import { type Data, isData, onlyIf, readElsewhere, readList, readMembers, readText } from './read-members.ts';

export interface MessagesConversation {
  /** What stands before everything else; empty where nothing does. */
  readonly system: readonly Data[];
  readonly messages: readonly Data[];
}

/** The `messages` of chat as `system` and `messages` of Messages. */
export function conversationToMessages(given: unknown, at: string, findings: Findings): MessagesConversation {
  const system: Data[] = [];
  const messages: { readonly role: string; readonly content: Data[] }[] = [];
  /** The newest message holds results of tools, so what a user says next belongs into it. */
  let isAfterResult = false;
  readList(given, at, findings, (message, path) => {
    const role = isData(message) ? message.role : undefined;
    const read = (content: unknown, allowed: readonly string[]): Data[] =>
      content === undefined || content === null
        ? []
        : contentToMessages(content, `${path}.content`, findings, allowed);
    switch (role) {
      case 'system':
      case 'developer': {
        readMembers(message, path, findings, { role: readElsewhere, content: readElsewhere });
        const content = read((message as Data).content, ['text']);
        if (messages.length === 0) system.push(...content);
        else messages.push({ role: 'system', content });
        isAfterResult = false;
        return;
      }
      case 'user': {
        readMembers(message, path, findings, { role: readElsewhere, content: readElsewhere });
        const content = read((message as Data).content, ['text', 'image_url', 'file']);
        if (isAfterResult) messages.at(-1)!.content.push(...content);
        else messages.push({ role: 'user', content });
        isAfterResult = false;
        return;
      }
      case 'assistant':
        messages.push({ role: 'assistant', content: spokenBlocks(message as Data, path, findings, read) });
        isAfterResult = false;
        return;
      case 'tool': {
        const block = resultOf(message as Data, path, findings, read);
        if (isAfterResult) messages.at(-1)!.content.push(block);
        else messages.push({ role: 'user', content: [block] });
        isAfterResult = true;
        return;
      }
      default:
        refuse(findings, isData(message) ? `${path}.role` : path, 'is no role that the release knows');
    }
  });
  return { system, messages };
}

function spokenBlocks(
  message: Data,
  at: string,
  findings: Findings,
  read: (content: unknown, allowed: readonly string[]) => Data[],
): Data[] {
  const blocks = read(message.content, ['text', 'refusal']);
  readMembers(message, at, findings, {
    role: readElsewhere,
    content: readElsewhere,
    refusal: (value, path) => void blocks.push({ type: 'text', text: readText(value, path, findings) }),
    // Clients send answers back as they got them, with lists that hold nothing.
    annotations: (value, path) => {
      if (!Array.isArray(value) || value.length > 0)
        refuse(findings, path, 'has no counterpart in the interface of the release');
    },
    tool_calls: (value, path) =>
      readList(value, path, findings, (call, callPath) => blocks.push(useOf(call, callPath, findings))),
  });
  return blocks;
}

function useOf(call: unknown, at: string, findings: Findings): Data {
  const use: Record<string, unknown> = { type: 'tool_use', id: '', name: '', input: {} };
  readMembers(call, at, findings, {
    // Some clients keep the position that calls have in a stream.
    index: readElsewhere,
    type: onlyIf(findings, 'function'),
    id: (value, path) => {
      use.id = readText(value, path, findings);
    },
    function: (value, path) =>
      readMembers(value, path, findings, {
        name: (name, namePath) => {
          use.name = readText(name, namePath, findings);
        },
        arguments: (text, textPath) => {
          const input = parseObject(readText(text, textPath, findings));
          if (input === null) refuse(findings, textPath, 'is no JSON object');
          else use.input = input;
        },
      }),
  });
  return use;
}

function resultOf(
  message: Data,
  at: string,
  findings: Findings,
  read: (content: unknown, allowed: readonly string[]) => Data[],
): Data {
  let id = '';
  readMembers(message, at, findings, {
    role: readElsewhere,
    content: readElsewhere,
    tool_call_id: (value, path) => {
      id = readText(value, path, findings);
    },
  });
  return { type: 'tool_result', tool_use_id: id, content: read(message.content, ['text']) };
}

/** Arguments of a call; a tool without any may get an empty text. Null when they are no JSON object. */
export function parseObject(text: string): Data | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isData(value) ? value : null;
  } catch {
    return null;
  }
}
