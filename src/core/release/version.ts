/** A semantic version, taken apart. */
export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Identifiers after the hyphen; empty for a final version. */
  readonly prerelease: readonly string[];
  /** Identifiers after the plus sign; they never matter for precedence. */
  readonly build: readonly string[];
}

export type VersionStep = 'patch' | 'minor' | 'major';

// The grammar of https://semver.org/spec/v2.0.0.html: no leading zeros in numbers, ASCII identifiers only.
const number = '(0|[1-9]\\d*)';
const prereleaseIdentifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const pattern = new RegExp(
  `^${number}\\.${number}\\.${number}` +
    `(?:-(${prereleaseIdentifier}(?:\\.${prereleaseIdentifier})*))?` +
    '(?:\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?$',
);
const longest = 128;

/** Null when the text is not a semantic version (a leading `v` is not one), is longer than 128 characters, or counts beyond 2^53. */
export const parseVersion = (text: string): SemanticVersion | null => {
  const match = text.length <= longest ? pattern.exec(text) : null;
  if (match === null) return null;
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (![major, minor, patch].every(Number.isSafeInteger)) return null;
  return { major, minor, patch, prerelease: match[4]?.split('.') ?? [], build: match[5]?.split('.') ?? [] };
};

export const formatVersion = (version: SemanticVersion): string =>
  `${version.major}.${version.minor}.${version.patch}` +
  (version.prerelease.length > 0 ? `-${version.prerelease.join('.')}` : '') +
  (version.build.length > 0 ? `+${version.build.join('.')}` : '');

/** Precedence by clause 11 of SemVer 2.0.0: negative when `a` comes before `b`, zero when they rank the same. */
export const compareVersions = (a: SemanticVersion, b: SemanticVersion): number =>
  a.major - b.major ||
  a.minor - b.minor ||
  a.patch - b.patch ||
  comparePrereleases(a.prerelease, b.prerelease);

const comparePrereleases = (a: readonly string[], b: readonly string[]): number => {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareIdentifiers(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

const isNumeric = (identifier: string): boolean => /^\d+$/.test(identifier);

const compareIdentifiers = (a: string, b: string): number => {
  if (a === b) return 0;
  if (isNumeric(a) !== isNumeric(b)) return isNumeric(a) ? -1 : 1;
  // Without leading zeros the longer number is the greater one, however large both are.
  if (isNumeric(a) && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
};

/** The version after this one. A pre-release of exactly that step becomes final (1.2.3-rc.1 -> 1.2.3); build metadata goes. */
export const nextVersion = (version: SemanticVersion, step: VersionStep): SemanticVersion => {
  const { major, minor, patch, prerelease } = version;
  const isPrerelease = prerelease.length > 0;
  const final = (x: number, y: number, z: number): SemanticVersion => ({
    major: x,
    minor: y,
    patch: z,
    prerelease: [],
    build: [],
  });
  switch (step) {
    case 'patch':
      return final(major, minor, isPrerelease ? patch : patch + 1);
    case 'minor':
      return final(major, isPrerelease && patch === 0 ? minor : minor + 1, 0);
    case 'major':
      return final(isPrerelease && minor === 0 && patch === 0 ? major : major + 1, 0, 0);
  }
};

/** The one of highest precedence; null of none. Texts that are no versions do not count. */
export const highestVersion = (texts: readonly string[]): SemanticVersion | null =>
  texts
    .map(parseVersion)
    .filter((version) => version !== null)
    .reduce<SemanticVersion | null>(
      (highest, version) => (highest === null || compareVersions(version, highest) > 0 ? version : highest),
      null,
    );
