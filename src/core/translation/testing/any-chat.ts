import fc from 'fast-check';
import type { Data } from '../read-members.ts';

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const input = fc.dictionary(name, fc.oneof(fc.integer(), text, fc.boolean()), { maxKeys: 3 });
const image = fc.oneof(
  fc.base64String({ minLength: 4, maxLength: 40 }).map((data) => `data:image/png;base64,${data}`),
  fc.constant('https://pictures.example/a.png'),
);

const textPart = text.map((one) => ({ type: 'text', text: one }));
const imagePart = image.map((url) => ({ type: 'image_url', image_url: { url } }));
const filePart = fc.base64String({ minLength: 4, maxLength: 40 }).map((data) => ({
  type: 'file',
  file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${data}` },
}));
/** Several parts, or one that is no text: a single text is written plainly. */
const parts = fc.oneof(
  fc.tuple(imagePart),
  fc.array(fc.oneof(textPart, imagePart, filePart), { minLength: 2, maxLength: 4 }),
);
const texts = fc.oneof(text, fc.array(textPart, { minLength: 2, maxLength: 3 }));

const calls = fc.array(fc.tuple(name, input), { minLength: 1, maxLength: 3 }).map((all) =>
  all.map(([called, given], at) => ({
    id: `call_${at}`,
    type: 'function',
    function: { name: called, arguments: JSON.stringify(given) },
  })),
);

const userTurn = fc.oneof(text, parts).map((content) => [{ role: 'user', content }] as Data[]);
const assistantTurn = texts.map((content) => [{ role: 'assistant', content }] as Data[]);
const systemTurn = texts.map((content) => [{ role: 'system', content }] as Data[]);
/** A call of tools, and what each of them said. */
const toolTurn = fc
  .tuple(fc.option(texts), calls, texts)
  .map(([content, made, result]) => [
    { role: 'assistant', content, tool_calls: made },
    ...made.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: result })),
  ]);

const tools = fc.array(fc.tuple(name, text, fc.boolean()), { minLength: 1, maxLength: 3 }).map((all) =>
  all.map(([called, description, isStrict]) => ({
    type: 'function',
    function: {
      name: called,
      description,
      parameters: { type: 'object', properties: { a: { type: 'string' } } },
      ...(isStrict && { strict: true }),
    },
  })),
);
const toolPart = fc.record(
  {
    tools,
    tool_choice: fc.constantFrom<unknown>('auto', 'none', 'required', {
      type: 'function',
      function: { name: 'a' },
    }),
  },
  { requiredKeys: ['tools'] },
);

/** Requests for chat completions in the form that a request comes back in when it is translated there and back. */
export const anyChatRequest: fc.Arbitrary<Data> = fc
  .tuple(
    fc.option(systemTurn),
    fc.array(fc.oneof(userTurn, assistantTurn, toolTurn), { minLength: 1, maxLength: 4 }),
    fc.option(systemTurn),
    fc.record(
      {
        max_completion_tokens: fc.integer({ min: 1, max: 9_000 }),
        temperature: fc.double({ min: 0, max: 1, noNaN: true }),
        top_p: fc.double({ min: 0, max: 1, noNaN: true }),
        stop: fc.array(text, { minLength: 1, maxLength: 3 }),
        user: name,
        reasoning_effort: fc.constantFrom('low', 'medium', 'high', 'xhigh', 'max'),
        service_tier: fc.constantFrom('auto', 'default'),
        response_format: fc.constant({
          type: 'json_schema',
          json_schema: { name: 'answer', schema: { type: 'object' }, strict: true },
        }),
      },
      { requiredKeys: ['max_completion_tokens'] },
    ),
    fc.option(toolPart),
    fc.boolean(),
  )
  .map(([system, turns, later, settings, forTools, isStreamed]) => ({
    model: 'm',
    messages: [...(system ?? []), ...turns.flat(), ...(later ?? [])],
    ...settings,
    ...forTools,
    ...(isStreamed && { stream: true, stream_options: { include_usage: true } }),
  }));

/** What a model says: words, calls of tools, and why it stopped. */
export interface AnyAnswer {
  readonly words: readonly string[];
  readonly calls: readonly { readonly name: string; readonly pieces: readonly string[] }[];
  readonly input: number;
  readonly output: number;
  readonly cached: number;
}

export const anyAnswer: fc.Arbitrary<AnyAnswer> = fc.record({
  words: fc.array(text, { maxLength: 5 }),
  calls: fc.array(
    fc.tuple(name, input, fc.integer({ min: 1, max: 9 })).map(([called, given, size]) => {
      const whole = Object.keys(given).length === 0 ? '' : JSON.stringify(given);
      const all = [...whole];
      const pieces: string[] = [];
      for (let at = 0; at < all.length; at += size) pieces.push(all.slice(at, at + size).join(''));
      return { name: called, pieces };
    }),
    { maxLength: 3 },
  ),
  input: fc.integer({ min: 100, max: 10_000 }),
  output: fc.integer({ min: 0, max: 10_000 }),
  cached: fc.integer({ min: 0, max: 100 }),
});

/** Cuts a text at places that are drawn, also inside a character of several bytes. */
export const cutAt = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const sorted = [0, ...places.map((one) => one % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return sorted.slice(1).map((to, at) => bytes.subarray(sorted[at]!, to));
};
