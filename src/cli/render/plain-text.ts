/** Text from elsewhere (a reason, a log line, a name) must not steer the terminal: control characters become `\uFFFD`. */
export const plainText = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (found) =>
    found === '\t' ? ' ' : '\uFFFD',
  );
