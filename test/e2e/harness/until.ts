/** Asks again and again until the answer is something other than null or false. @throws Error naming what did not come, with what was seen last */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | null | false> | T | null | false,
  {
    withinMs = 20_000,
    everyMs = 40,
    seen,
  }: { withinMs?: number; everyMs?: number; seen?: () => unknown } = {},
): Promise<T> => {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (performance.now() > endsAtMs) {
      const last = seen === undefined ? '' : `\n${JSON.stringify(await seen(), null, 1)}`;
      throw new Error(`Not within ${withinMs} ms: ${what}${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
