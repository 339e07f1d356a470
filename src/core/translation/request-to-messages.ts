import { conversationToMessages } from './conversation-to-messages.ts';
import { openFindings, refuse } from './findings.ts';
import { copyTo, hint, isData, onlyIf, readElsewhere, readMembers, readText } from './read-members.ts';
import { choiceToMessages, toolsToMessages } from './tools-to-messages.ts';
import type { Translated } from './translated.ts';

export interface MessagesRequestSpec {
  /** What the model is called there. */
  readonly model: string;
  /** For a client that names no bound: Messages demands one. */
  readonly maxTokens: number;
}

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

/**
 * A request for chat completions as one for Messages. Every field is carried over, is a hint and named in `leftOut`, or
 * is refused by its path. Fields as both makers document them (platform.openai.com/docs/api-reference/chat,
 * docs.anthropic.com/en/api/messages).
 */
export function requestToMessages(chat: unknown, { model, maxTokens }: MessagesRequestSpec): Translated {
  const findings = openFindings();
  const body: Record<string, unknown> = { model, max_tokens: maxTokens };
  const config: Record<string, unknown> = {};
  let wantsUsage = false;
  readMembers(chat, '', findings, {
    model: readElsewhere,
    messages: (value, at) => {
      const { system, messages } = conversationToMessages(value, at, findings);
      if (system.length > 0) body.system = system;
      body.messages = messages;
    },
    max_tokens: (value) => {
      if (!isData(chat) || chat.max_completion_tokens == null) body.max_tokens = value;
      else if (chat.max_completion_tokens !== value)
        refuse(findings, 'max_tokens', 'says something else than max_completion_tokens');
    },
    max_completion_tokens: copyTo(body, 'max_tokens'),
    temperature: (value, at) => {
      if (typeof value !== 'number' || value > 1) refuse(findings, at, 'can only be a number up to 1 here');
      else body.temperature = value;
    },
    top_p: copyTo(body, 'top_p'),
    stop: (value) => {
      body.stop_sequences = Array.isArray(value) ? value : [value];
    },
    stream: copyTo(body, 'stream'),
    stream_options: (value, at) =>
      readMembers(value, at, findings, {
        include_usage: (wanted) => {
          wantsUsage = wanted === true;
        },
        include_obfuscation: onlyIf(findings, false),
      }),
    tools: (value, at) => {
      const tools = toolsToMessages(value, at, findings);
      if (tools.length > 0) body.tools = tools;
    },
    tool_choice: readElsewhere,
    parallel_tool_calls: readElsewhere,
    response_format: (value, at) => {
      const type = isData(value) ? value.type : undefined;
      if (type === 'text') return;
      if (type !== 'json_schema') {
        refuse(findings, `${at}.type`, 'can only be "text" or "json_schema" here');
        return;
      }
      readMembers(value, at, findings, {
        type: readElsewhere,
        json_schema: (schema, path) =>
          readMembers(schema, path, findings, {
            // Its name, its description and how strictly it holds: there it always holds, and has no name.
            name: readElsewhere,
            description: hint(findings, 'response_format.json_schema.description'),
            strict: readElsewhere,
            schema: (given) => {
              config.format = { type: 'json_schema', schema: given };
            },
          }),
      });
    },
    reasoning_effort: (value, at) => {
      onlyIf(findings, ...EFFORTS)(value, at);
      config.effort = value;
    },
    user: (value, at) => {
      body.metadata = { user_id: readText(value, at, findings) };
    },
    safety_identifier: (value, at) => {
      if (isData(chat) && chat.user != null && chat.user !== value)
        refuse(findings, at, 'says something else than user');
      body.metadata = { user_id: readText(value, at, findings) };
    },
    service_tier: (value, at) => {
      onlyIf(findings, 'auto', 'default')(value, at);
      body.service_tier = value === 'default' ? 'standard_only' : 'auto';
    },
    prompt_cache_key: hint(findings, 'prompt_cache_key'),
    prompt_cache_retention: hint(findings, 'prompt_cache_retention'),
    prompt_cache_options: hint(findings, 'prompt_cache_options'),
    // What says the same as leaving it out.
    n: onlyIf(findings, 1),
    logprobs: onlyIf(findings, false),
    store: onlyIf(findings, false),
    frequency_penalty: onlyIf(findings, 0),
    presence_penalty: onlyIf(findings, 0),
    modalities: (value, at) => {
      if (!Array.isArray(value) || value.some((one) => one !== 'text'))
        refuse(findings, at, 'can only be ["text"] here');
    },
    logit_bias: (value, at) => {
      if (!isData(value) || Object.keys(value).length > 0)
        refuse(findings, at, 'has no counterpart in the interface of the release');
    },
  });
  if (isData(chat)) {
    const choice = choiceToMessages(chat.tool_choice, chat.parallel_tool_calls, findings);
    // Without tools there is nothing to choose; who demands one all the same is told so by the release.
    if (choice !== null && (body.tools !== undefined || choice.type === 'any' || choice.type === 'tool'))
      body.tool_choice = choice;
    if (body.messages === undefined) refuse(findings, 'messages', 'is missing');
  }
  if (Object.keys(config).length > 0) body.output_config = config;
  const { refusal, leftOut } = findings;
  if (refusal !== null) return { kind: 'refused', ...refusal };
  return { kind: 'translated', body, leftOut: [...leftOut], wantsUsage };
}
