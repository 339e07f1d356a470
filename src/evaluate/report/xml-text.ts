/**
 * Text as XML 1.0 may hold it, in content and in attributes. Characters that XML has no way to write (most control characters,
 * lone surrogates, U+FFFE), and those that turn the direction of what stands beside them, are shown as their number, `\u0000`, so that nothing is lost silently.
 */
export const xmlText = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[&<>"'\t\n\r]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (found) => named[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const named: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Written as they are, attributes would lose them.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
