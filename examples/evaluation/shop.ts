/** A stand-in for a model, as OpenAI's API looks: it knows the answers to six questions, one of them wrongly. Listens on port 8417. */
import { createServer } from 'node:http';

const answers: readonly (readonly [RegExp, string])[] = [
  [/send something back/, 'You have 30 days to send it back.'],
  [/zurückschicken/, 'Sie haben 30 Tage Zeit.'],
  [/shipping to France/, 'Shipping to France costs 4.90 EUR.'],
  [/Versand nach Frankreich/, 'Der Versand kostet 6,90 EUR.'],
  [/on the phone/, 'We answer the phone from 9 to 17.'],
  [/am Telefon/, 'Wir sind von 9 bis 17 Uhr da.'],
];

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const { messages = [] } = JSON.parse(text) as { messages?: { content: string }[] };
    const question = messages.at(-1)?.content ?? '';
    const content = answers.find(([pattern]) => pattern.test(question))?.[1] ?? 'I do not know.';
    const usage = { prompt_tokens: question.length >> 2, completion_tokens: content.length >> 2 };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage }));
  });
});
server.listen(8417, '127.0.0.1', () => console.log('http://127.0.0.1:8417/v1/chat/completions'));
