import { type NotWorsePay, notWorsePay } from './bet-not-worse.ts';
import type { EvidenceSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort } from './evidence-state.ts';

/**
 * A cohort as one line of JSON: names that come up in every line are cut to one letter (`SHORT`), and the guards stand in the
 * order of the spec. Loses nothing. The pay of the advance test is left out (`true` stands for it) where it is the one that
 * follows from the line's other members, as it should be; whoever reads the line computes it anew.
 */
export function encodeCohort(spec: EvidenceSpec, cohort: OpenCohort): string {
  const guards = spec.guards.map(({ name, marginShare }) => {
    const { keys, ...seen } = cohort.guards[name]!;
    const short = (w: number, pay: NotWorsePay) =>
      isSamePay(pay, notWorsePay(w, seen.stableShare, marginShare)) ? true : pay;
    return {
      ...paid(cohort.candidateShare, seen, short),
      ...(keys && { keys: keys.map((group) => paid(group.candidateShare, group, short)) }),
    };
  });
  return JSON.stringify(rename({ ...cohort, guards }, SHORT));
}

/** The cohort that `encodeCohort` wrote. Throws a SyntaxError or TypeError for a line that is none, or is about other guards. */
export function decodeCohort(spec: EvidenceSpec, line: string): OpenCohort {
  const { guards: stored, ...cohort } = rename(JSON.parse(line), LONG) as Stored<OpenCohort>;
  if (!Array.isArray(stored) || stored.length !== spec.guards.length)
    throw new TypeError('the line is no cohort with the guards of this rollout');
  const guards: Record<string, CohortOutcomes> = {};
  for (const [i, { name, marginShare }] of spec.guards.entries()) {
    const { keys, ...seen } = stored[i]!;
    const whole = (w: number, pay: NotWorsePay | true) =>
      pay === true ? notWorsePay(w, seen.stableShare, marginShare) : pay;
    guards[name] = {
      ...paid(cohort.candidateShare, seen, whole),
      ...(keys && { keys: keys.map((group) => paid(group.candidateShare, group, whole)) }),
    };
  }
  return { ...cohort, guards };
}

type Stored<Cohort> = Omit<Cohort, 'guards'> & { guards: CohortOutcomes[] };

/** The same with its pay, where it has one, put another way. */
function paid<Part extends object, Pay>(
  candidateShare: number,
  part: Part & { notWorsePay?: Pay },
  put: (candidateShare: number, pay: Pay) => unknown,
): Part {
  const { notWorsePay: pay } = part;
  return pay === undefined ? part : { ...part, notWorsePay: put(candidateShare, pay) };
}

const isSamePay = (a: NotWorsePay, b: NotWorsePay): boolean =>
  a.candidateBad === b.candidateBad &&
  a.candidateGood === b.candidateGood &&
  a.stableBad === b.stableBad &&
  a.stableGood === b.stableGood;

/** What stored lines say for these names. An entry may be added; none may change, or old lines could not be read. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['source', 'S'],
  ['index', 'i'],
  ['stage', 'k'],
  ['candidateShare', 'w'],
  ['startedAtMs', 't'],
  ['closed', 'x'],
  ['settled', 'z'],
  ['forsaken', 'f'],
  ['guards', 'G'],
  ['outcomes', 'o'],
  ['stable', 's'],
  ['candidate', 'c'],
  ['started', 'n'],
  ['bad', 'b'],
  ['good', 'g'],
  ['early', 'e'],
  ['stableShare', 'p'],
  ['boundShare', 'B'],
  ['notWorsePay', 'W'],
  ['pairs', 'P'],
  ['both', 'a'],
  ['stableOnly', 'u'],
  ['candidateOnly', 'v'],
  ['neither', 'r'],
  ['keys', 'K'],
  ['means', 'M'],
  ['levels', 'l'],
  ['earlyShare', 'q'],
  ['requestShare', 'R'],
]);

const LONG: ReadonlyMap<string, string> = new Map([...SHORT].map(([long, short]) => [short, long]));

function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  const members = value as Record<string, unknown>;
  const renamed: Record<string, unknown> = {};
  for (const name in members) renamed[names.get(name) ?? name] = rename(members[name], names);
  return renamed;
}
