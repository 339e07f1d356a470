import { globSync, readFileSync } from 'node:fs';

/** Prints how long the source files are and the longest of them; a file in src/ or web/src/ above the limit fails. */
const limitLines = 500;
const shown = 12;

const lines = globSync('{src,web/src}/**/*.{ts,tsx}')
  .filter((file) => !/\.test\.tsx?$|\.contract\.ts$|\/testing\//.test(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => b.lines - a.lines);

const shareUpTo = (most: number): string =>
  `${Math.round((100 * lines.filter((file) => file.lines <= most).length) / lines.length)} % up to ${most}`;

console.log(
  `${lines.length} files, median ${lines[lines.length >> 1]?.lines ?? 0} lines; ${[100, 150, 300].map(shareUpTo).join(', ')}`,
);
for (const file of lines.slice(0, shown)) console.log(`${String(file.lines).padStart(6)}  ${file.file}`);

const tooLong = lines.filter((file) => file.lines > limitLines);
for (const { file } of tooLong) console.error(`${file} is longer than ${limitLines} lines: it is two files.`);
if (tooLong.length > 0) process.exitCode = 1;
