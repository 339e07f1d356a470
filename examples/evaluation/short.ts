/** Full marks up to twelve words, none from forty on. */
export default (_: unknown, output: string): { score: number; reason: string } => {
  const words = output.trim().split(/\s+/).length;
  return { score: Math.min(1, Math.max(0, (40 - words) / 28)), reason: `${words} words` };
};
