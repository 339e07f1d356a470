/**
 * The score in a judge's chat completion; null unless its one message is a JSON object with nothing but a score from 0 to 1.
 * Looking for a number anywhere in a text would let an answer write its own grade.
 */
export function scoreIn(text: string): number | null {
  const completion = parse(text) as { choices?: readonly { message?: { content?: unknown } }[] } | undefined;
  const content = completion?.choices?.[0]?.message?.content;
  if (typeof content !== 'string') return null;
  const said = parse(content);
  if (typeof said !== 'object' || said === null || Object.keys(said).join() !== 'score') return null;
  const { score } = said as { score: unknown };
  return typeof score === 'number' && score >= 0 && score <= 1 ? score : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
