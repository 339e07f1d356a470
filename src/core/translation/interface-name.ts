/** The two interfaces that are translated into each other: OpenAI's chat completions and Anthropic's messages. */
export type InterfaceName = 'chat' | 'messages';

/** Below an address, without a query. */
export const INTERFACE_PATHS: Readonly<Record<InterfaceName, string>> = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
};
