import { connect, type Socket } from 'node:net';
import type { BudgetStanding } from '../../core/limits/budget.ts';
import type { CertificateState } from '../../core/routing/certificate-state.ts';
import type { HandoverNews } from '../../core/routing/handover.ts';
import type {
  Applied,
  Certificates,
  FeedbackReport,
  Frame,
  Hello,
  Measured,
  Report,
  ToGateway,
  Trip,
} from '../../core/routing/link.ts';
import { jsonLines } from '../http/json-lines.ts';
import { type Cohorts, updateOf } from '../outcomes/cohorts.ts';
import type { Traffic } from '../traffic.ts';
import type { Usage } from '../usage/usage.ts';

/** This process's end of the link to the control plane. It dials for ever; everything it says is safe to say again. */
export interface LinkClient {
  /** Sends a frame when there is something new; to be called several times a second. */
  sendFrame(): void;
  applied(message: Applied): void;
  tripped(trip: Trip): void;
  /** Dropped when nobody listens any more. */
  measured(message: Measured): void;
  /** Kept, up to a bound, until the control plane can be told. */
  report(report: FeedbackReport): void;
  /** Tells which certificates are shown. */
  certificates(): void;
  /** Dropped when nobody listens. */
  handover(news: HandoverNews): void;
  isConnected(): boolean;
  /** Sends what is left and hangs up. */
  close(): Promise<void>;
}

export interface LinkClientSpec {
  readonly socketPath: string;
  readonly boot: string;
  readonly cohorts: Cohorts;
  readonly traffic: Traffic;
  readonly usage: Usage;
  readonly budgets: () => readonly BudgetStanding[];
  readonly hello: () => Hello;
  /** Absent: it speaks plain HTTP. */
  readonly certificateStates?: () => readonly CertificateState[];
  readonly onMessage: (message: ToGateway) => void;
  readonly onTrouble: (what: string, error: unknown) => void;
}

const COHORTS_A_FRAME = 500;
const UNSENT_BYTES_AT_MOST = 4 * 1024 * 1024;
const REPORTS_KEPT_AT_MOST = 10_000;
const REDIAL_MS = 100;
const REDIAL_SPREAD_MS = 150;
const CLOSE_WITHIN_MS = 1_000;
/** What calls used is told no oftener: there may be thousands of keys. */
const USAGE_EVERY_MS = 1_000;

export function openLinkClient(spec: LinkClientSpec): LinkClient {
  let socket: Socket | null = null;
  let redial: NodeJS.Timeout | null = null;
  let isClosed = false;
  let seq = 0;
  let isTrafficWhole = false;
  let isUsageWhole = false;
  let budgetsTold = '[]';
  let usageAtMs = Number.NEGATIVE_INFINITY;
  let reports: Report[] = [];

  const say = (message: object): boolean => {
    if (socket === null) return false;
    socket.write(`${JSON.stringify(message)}\n`);
    return true;
  };
  const tellCertificates = (): void => {
    if (spec.certificateStates !== undefined)
      say({ type: 'certificates', certificates: spec.certificateStates() } satisfies Certificates);
  };
  const dial = (): void => {
    redial = null;
    const dialled = connect(spec.socketPath);
    dialled.on('connect', () => {
      socket = dialled;
      isTrafficWhole = false;
      isUsageWhole = false;
      spec.cohorts.resend();
      say(spec.hello());
      tellCertificates();
      for (const report of reports) say(report);
      reports = [];
    });
    const lines = jsonLines((message) => spec.onMessage(message as ToGateway));
    dialled.on('data', (chunk) => {
      try {
        lines(chunk);
      } catch (error) {
        spec.onTrouble('the control plane sent something unreadable', error);
        dialled.destroy();
      }
    });
    dialled.on('error', () => {});
    dialled.on('close', () => {
      if (socket === dialled) socket = null;
      if (!isClosed) redial = setTimeout(dial, REDIAL_MS + Math.random() * REDIAL_SPREAD_MS);
    });
  };

  /** Null when there is nothing new, or something was said a moment ago. */
  const spending = (): Pick<Frame, 'usage' | 'budgets'> | null => {
    const nowMs = performance.now();
    if (isUsageWhole && nowMs - usageAtMs < USAGE_EVERY_MS && !isClosed) return null;
    usageAtMs = nowMs;
    const usage = spec.usage.take(isUsageWhole ? 'changed' : 'all');
    const budgets = spec.budgets();
    const text = JSON.stringify(budgets);
    const hasMoved = text !== budgetsTold;
    if (!isUsageWhole || hasMoved) budgetsTold = text;
    const isBudgetNews = hasMoved || (!isUsageWhole && budgets.length > 0);
    isUsageWhole = true;
    if (usage.length === 0 && !isBudgetNews) return null;
    return { ...(usage.length > 0 && { usage }), ...(isBudgetNews && { budgets }) };
  };

  const sendFrame = (): void => {
    // Frames are cumulative: one that would only queue up behind others is left out, and nothing is lost.
    while (socket !== null && socket.writableLength < UNSENT_BYTES_AT_MOST) {
      const cohorts = spec.cohorts.unconfirmed(COHORTS_A_FRAME);
      const traffic = spec.traffic.take(isTrafficWhole ? 'changed' : 'all');
      isTrafficWhole = true;
      const spent = spending();
      if (cohorts.length === 0 && traffic.length === 0 && spent === null) return;
      seq += 1;
      const reported = cohorts.map((cohort) => {
        cohort.inFrame = seq;
        return { ...updateOf(cohort, spec.boot), service: cohort.service, rollout: cohort.rollout };
      });
      say({ type: 'frame', seq, atMs: Date.now(), cohorts: reported, traffic, ...spent });
      if (cohorts.length < COHORTS_A_FRAME) return;
    }
  };

  dial();
  return {
    sendFrame,
    applied: (message) => void say(message),
    tripped: (trip) => void say(trip),
    measured: (message) => void say(message),
    report(report) {
      const message: Report = { type: 'report', report };
      if (say(message)) return;
      if (reports.length < REPORTS_KEPT_AT_MOST) reports.push(message);
      else
        spec.onTrouble('feedback for another process is lost: the control plane is away for too long', null);
    },
    certificates: tellCertificates,
    handover: (news) => void say(news),
    isConnected: () => socket !== null,
    async close() {
      isClosed = true;
      if (redial !== null) clearTimeout(redial);
      const open = socket;
      if (open === null) return;
      sendFrame();
      await new Promise<void>((resolve) => {
        const give = setTimeout(() => open.destroy(), CLOSE_WITHIN_MS);
        open.on('close', () => {
          clearTimeout(give);
          resolve();
        });
        open.end();
      });
    },
  };
}
