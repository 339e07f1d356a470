/** Longest path and longest name in it, in UTF-8 bytes: what common file systems take, with room for the directory before it. */
const longestPathBytes = 1024;
const longestNameBytes = 255;

const encoder = new TextEncoder();

/** A UTF-16 code unit takes at most three bytes, so most texts need not be encoded to know. */
const isLongerThan = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && (text.length > bytes || encoder.encode(text).length > bytes);

/**
 * What is wrong with a path inside a release, as the end of a sentence; null when nothing is. A good one is POSIX,
 * relative, already normal and cannot lead out of the directory it is put in.
 */
export const releasePathProblem = (path: string): string | null => {
  if (path === '') return 'is empty';
  if (!path.isWellFormed() || path.includes('\ufffd')) return 'is not valid Unicode';
  if (hasControlCharacter(path)) return 'contains a control character';
  if (path.includes('\\')) return 'contains a backslash';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  if (isLongerThan(path, longestPathBytes)) return `is longer than ${longestPathBytes} bytes`;
  for (const name of path.split('/')) {
    if (name === '') return 'has an empty part';
    if (name === '.' || name === '..') return `has a part '${name}'`;
    if (isLongerThan(name, longestNameBytes)) return `has a part longer than ${longestNameBytes} bytes`;
  }
  return null;
};

const hasControlCharacter = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
};

/** Two paths with the same key are one file on some file system: upper and lower case, composed and decomposed accents. */
const clashKey = (path: string): string =>
  isAscii(path) ? path.toLowerCase() : path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

/**
 * What keeps these files from standing in one directory, as a sentence; null when they can. Finds bad paths, doubles
 * (also such that differ in case or accents only) and files that would have to be directories at once.
 */
export const pathListProblem = (paths: readonly string[]): string | null => {
  const files = new Map<string, string>();
  for (const path of paths) {
    const problem = releasePathProblem(path);
    if (problem !== null) return `the path ${JSON.stringify(path)} ${problem}`;
    const key = clashKey(path);
    const other = files.get(key);
    if (other === path) return `the path ${JSON.stringify(path)} appears twice`;
    if (other !== undefined) {
      return `${JSON.stringify(other)} and ${JSON.stringify(path)} are the same file where case or accents do not count`;
    }
    files.set(key, path);
  }
  // Directories clash as well: `Lib/a` beside `lib/b` is one directory on one system and two on another.
  const directories = new Map<string, string>();
  const seen = new Set<string>();
  for (const path of paths) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const directory = path.slice(0, cut);
      if (seen.has(directory)) break;
      seen.add(directory);
      const key = clashKey(directory);
      const file = files.get(key);
      if (file !== undefined)
        return `${JSON.stringify(file)} is a file and the directory of ${JSON.stringify(path)} at once`;
      const other = directories.get(key);
      if (other !== undefined) {
        return `the directories ${JSON.stringify(other)} and ${JSON.stringify(directory)} are the same where case or accents do not count`;
      }
      directories.set(key, directory);
    }
  }
  return null;
};
