/** Characters that turn the direction of the text around them (U+202A to U+202E, U+2066 to U+2069), as their number: `\u202e`. */
export const visibleDirections = (text: string): string =>
  text.replace(/[\u202a-\u202e\u2066-\u2069]/g, (found) => `\\u${found.charCodeAt(0).toString(16)}`);
