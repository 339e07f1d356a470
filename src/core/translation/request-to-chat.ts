import { conversationToChat } from './conversation-to-chat.ts';
import { openFindings, refuse } from './findings.ts';
import { copyTo, hint, isData, onlyIf, readElsewhere, readMembers } from './read-members.ts';
import { choiceToChat, toolsToChat } from './tools-to-chat.ts';
import type { Translated } from './translated.ts';

export interface ChatRequestSpec {
  /** What the model is called there. */
  readonly model: string;
  /** How the provider calls the bound on the tokens of an answer. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}

/** In chat a schema has a name, which nobody reads. */
const SCHEMA_NAME = 'answer';

/**
 * A request of Messages as one for chat completions. Every field is carried over, is a hint and named in `leftOut`, or is
 * refused by its path. A stream is always asked for its counts, because a client of Messages expects them.
 */
export function requestToChat(given: unknown, { model, maxTokensField }: ChatRequestSpec): Translated {
  const findings = openFindings();
  const body: Record<string, unknown> = { model };
  readMembers(given, '', findings, {
    model: readElsewhere,
    system: readElsewhere,
    messages: (value) => {
      body.messages = conversationToChat(isData(given) ? given.system : null, value, findings);
    },
    max_tokens: copyTo(body, maxTokensField),
    temperature: copyTo(body, 'temperature'),
    top_p: copyTo(body, 'top_p'),
    stop_sequences: (value) => {
      if (!Array.isArray(value) || value.length > 0) body.stop = value;
    },
    stream: (value) => {
      body.stream = value;
      if (value === true) body.stream_options = { include_usage: true };
    },
    tools: (value, at) => {
      const tools = toolsToChat(value, at, findings);
      if (tools.length > 0) body.tools = tools;
    },
    tool_choice: (value, at) => void Object.assign(body, choiceToChat(value, at, findings)),
    metadata: (value, at) => readMembers(value, at, findings, { user_id: copyTo(body, 'user') }),
    thinking: (value, at) =>
      readMembers(value, at, findings, { type: onlyIf(findings, 'disabled'), display: readElsewhere }),
    output_config: (value, at) =>
      readMembers(value, at, findings, {
        effort: copyTo(body, 'reasoning_effort'),
        format: (format, path) =>
          readMembers(format, path, findings, {
            type: onlyIf(findings, 'json_schema'),
            schema: (schema) => {
              body.response_format = {
                type: 'json_schema',
                json_schema: { name: SCHEMA_NAME, schema, strict: true },
              };
            },
          }),
      }),
    service_tier: (value, at) => {
      onlyIf(findings, 'auto', 'standard_only')(value, at);
      body.service_tier = value === 'standard_only' ? 'default' : 'auto';
    },
    cache_control: hint(findings, 'cache_control'),
    speed: onlyIf(findings, 'standard'),
  });
  if (body.messages === undefined) refuse(findings, 'messages', 'is missing');
  const { refusal, leftOut } = findings;
  if (refusal !== null) return { kind: 'refused', ...refusal };
  return { kind: 'translated', body, leftOut: [...leftOut], wantsUsage: true };
}
