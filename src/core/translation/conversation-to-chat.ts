import { chatTexts, partOf, readTextBlock, textsOf } from './content-to-chat.ts';
import { type Findings, refuse } from './findings.ts';
import {
  type Data,
  hint,
  isData,
  onlyIf,
  readElsewhere,
  readList,
  readMembers,
  readText,
} from './read-members.ts';

/** Chat has no mark for a tool that failed, only words. */
const FAILED = 'Error: ';

/** `system` and `messages` of Messages as the `messages` of chat. */
export function conversationToChat(system: unknown, given: unknown, findings: Findings): Data[] {
  const messages: Data[] = [];
  if (system !== undefined && system !== null) {
    const texts = textsOf(system, 'system', findings);
    if (texts.length > 0) messages.push({ role: 'system', content: chatTexts(texts) });
  }
  readList(given, 'messages', findings, (message, path) => {
    let role: unknown;
    let content: unknown = [];
    readMembers(message, path, findings, {
      role: (value) => {
        role = value;
      },
      content: (value) => {
        content = value;
      },
    });
    const at = `${path}.content`;
    if (role === 'user') messages.push(...userMessages(content, at, findings));
    else if (role === 'assistant') messages.push(spokenMessage(content, at, findings));
    else if (role === 'system')
      messages.push({ role: 'system', content: chatTexts(textsOf(content, at, findings)) });
    else refuse(findings, `${path}.role`, 'is no role that the release knows');
  });
  return messages;
}

/** One message of Messages may hold results of tools and words of the user; in chat each is a message of its own. */
function userMessages(content: unknown, at: string, findings: Findings): Data[] {
  if (typeof content === 'string') return [{ role: 'user', content }];
  const messages: Data[] = [];
  let parts: Data[] = [];
  const close = (): void => {
    if (parts.length === 0) return;
    const [only] = parts;
    messages.push({
      role: 'user',
      content: parts.length === 1 && only!.type === 'text' ? only!.text : parts,
    });
    parts = [];
  };
  readList(content, at, findings, (block, path) => {
    if (!isData(block)) refuse(findings, path, 'is no JSON object');
    else if (block.type === 'tool_result') {
      close();
      messages.push(resultMessage(block, path, findings));
    } else parts.push(partOf(block, path, findings));
  });
  close();
  return messages;
}

function resultMessage(block: Data, at: string, findings: Findings): Data {
  let id = '';
  let texts: string[] = [];
  let hasFailed = false;
  readMembers(block, at, findings, {
    type: readElsewhere,
    cache_control: hint(findings, 'cache_control'),
    tool_use_id: (value, path) => {
      id = readText(value, path, findings);
    },
    content: (value, path) => {
      texts = textsOf(value, path, findings);
    },
    is_error: (value) => {
      hasFailed = value === true;
    },
  });
  if (hasFailed) texts = [FAILED + (texts[0] ?? ''), ...texts.slice(1)];
  return { role: 'tool', tool_call_id: id, content: texts.length === 0 ? '' : chatTexts(texts) };
}

function spokenMessage(content: unknown, at: string, findings: Findings): Data {
  if (typeof content === 'string') return { role: 'assistant', content };
  const texts: string[] = [];
  const calls: Data[] = [];
  readList(content, at, findings, (block, path) => {
    if (isData(block) && block.type === 'tool_use') calls.push(callOf(block, path, findings));
    else if (isData(block) && block.type === 'text') texts.push(readTextBlock(block, path, findings));
    else refuse(findings, `${path}.type`, 'is no block that the release takes there');
  });
  return {
    role: 'assistant',
    content: texts.length === 0 ? null : chatTexts(texts),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function callOf(block: Data, at: string, findings: Findings): Data {
  let id = '';
  const named: Record<string, unknown> = { name: '', arguments: '{}' };
  readMembers(block, at, findings, {
    type: readElsewhere,
    cache_control: hint(findings, 'cache_control'),
    // Who made the call: of calls that a model makes by itself the one in both interfaces.
    caller: (value, path) => readMembers(value, path, findings, { type: onlyIf(findings, 'direct') }),
    id: (value, path) => {
      id = readText(value, path, findings);
    },
    name: (value, path) => {
      named.name = readText(value, path, findings);
    },
    input: (value) => {
      named.arguments = JSON.stringify(value);
    },
  });
  return { id, type: 'function', function: named };
}
