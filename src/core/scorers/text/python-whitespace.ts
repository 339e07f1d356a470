/** What Python's `str.split()` takes for space. JavaScript's `\s` differs: it has U+FEFF and lacks U+001C to U+001F and U+0085. */
export const isPythonSpace = (code: number): boolean => {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
};

/** Python's `text.split()`: the runs of what is no space. */
export const splitAtSpace = (text: string): string[] => {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i += 1) {
    if (isPythonSpace(text.charCodeAt(i))) {
      if (start >= 0) words.push(text.slice(start, i));
      start = -1;
    } else if (start < 0) start = i;
  }
  if (start >= 0) words.push(text.slice(start));
  return words;
};

/** Python's `text.rstrip()`. */
export const withoutTrailingSpace = (text: string): string => {
  let end = text.length;
  while (end > 0 && isPythonSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
};
