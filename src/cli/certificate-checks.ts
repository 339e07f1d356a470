import { type CertificateState, daysLeft } from '../core/routing/certificate-state.ts';

export interface CertificateCheck {
  readonly check: 'certificate';
  readonly state: 'good' | 'warning' | 'bad';
  readonly detail: string;
}

/** From so many days on somebody should have renewed it. */
const SOON_DAYS = 14;

/** One line for each certificate that a server shows (`where`: an environment, or the control plane); processes that show the same one share it. */
export const certificateChecks = (
  where: string,
  shown: readonly CertificateState[],
  nowMs: number,
): CertificateCheck[] => {
  const distinct = new Map(shown.map((one) => [`${one.fingerprint} ${one.problem}`, one]));
  return [...distinct.values()].map((one) => {
    const [state, dates] = datesOf(one, nowMs);
    const [name = 'without a name', ...more] = one.names;
    const names = more.length === 0 ? name : `${name} and ${more.length} more`;
    return {
      check: 'certificate',
      state: state === 'good' && one.problem !== null ? 'warning' : state,
      detail: `${where}: ${names}, ${dates}${one.problem === null ? '' : `; ${one.problem}`}`,
    };
  });
};

const datesOf = (one: CertificateState, nowMs: number): [CertificateCheck['state'], string] => {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (nowMs < one.notBeforeMs) return ['bad', `not valid before ${day(one.notBeforeMs)}`];
  const days = daysLeft(one, nowMs);
  if (days < 0) return ['bad', `expired on ${day(one.notAfterMs)}`];
  const left = days === 1 ? 'one day' : `${days} days`;
  return [days < SOON_DAYS ? 'warning' : 'good', `${left} left, until ${day(one.notAfterMs)}`];
};
