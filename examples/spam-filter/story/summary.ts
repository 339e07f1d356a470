import { endReason } from '../../../src/client/sentences.ts';
import type { ShippedRelease } from './chapters.ts';
import type { SeenByUsers } from './seen-by-users.ts';
import type { Story } from './story.ts';

const share = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
const thousands = (value: number): string => value.toLocaleString('en-US');

/** What became of a release, in a few words. */
export const outcomeOf = ({ staging, production }: ShippedRelease): string => {
  const last = production ?? staging;
  const where = production === null ? 'staging' : 'production';
  return last.outcome === 'completed'
    ? `stable in ${where}`
    : `${last.outcome} in ${where}: ${endReason(last.cause)}`;
};

/** What the chapters promise. */
const promised: Readonly<Record<string, 'stable' | 'kept away'>> = {
  '1.0.0': 'stable',
  '1.1.0': 'stable',
  '1.2.0': 'kept away',
  '1.3.0': 'kept away',
  '1.4.0': 'kept away',
  '1.5.0': 'stable',
};

/** Null when it came out as its chapter says. */
export const surpriseOf = (release: ShippedRelease): string | null => {
  const became = release.production?.outcome === 'completed' ? 'stable' : 'kept away';
  const was = promised[release.version];
  return was === undefined || was === became
    ? null
    : `${release.version} was to ${was === 'stable' ? 'become stable' : 'be kept from users'}, and it came out otherwise. Where other work takes the processor, answers are late, and Tidegate sees that; the reason is above.`;
};

/** One line on what users got, most answers first. */
export const seenSentence = ({ requests, errors, byVersion }: SeenByUsers): string => {
  const answers = Object.entries(byVersion)
    .sort(([, a], [, b]) => b.answers - a.answers)
    .map(
      ([version, { answers: count, wrong }]) =>
        `${thousands(count)} by ${version} (${share(wrong, count)} wrong)`,
    );
  return `${thousands(requests)} requests, ${thousands(errors)} errors; answered: ${answers.join(', ')}`;
};

export const summaryTable = ({ releases, kill }: Story): string => {
  const rows = [...releases, kill.shipped].map((release) => [
    release.version,
    release.production?.outcome ?? `${release.staging.outcome} (staging)`,
    thousands(release.seen.byVersion[release.version]?.answers ?? 0),
    release.log === null ? '-' : thousands(release.log.assigned),
    release.log === null ? '-' : thousands(release.log.rescued),
    thousands(release.seen.errors),
    `${release.seconds.toFixed(0)} s`,
  ]);
  const head = ['release', 'outcome', 'answers', 'as candidate', 'rescued', 'errors seen', 'took'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
};
