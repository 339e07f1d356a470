/** The characters of a text as Python counts them: one number for each Unicode code point. */
export const codePoints = (text: string): Int32Array => {
  const points = new Int32Array(text.length);
  let n = 0;
  for (let i = 0; i < text.length; i += 1) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00) {
      code = text.codePointAt(i)!;
      if (code > 0xffff) i += 1;
    }
    points[n] = code;
    n += 1;
  }
  return points.subarray(0, n);
};
