import type { LedgerEvent } from '../api/schemas/ledger.ts';
import type { LaneEvent } from '../core/rollout/events.ts';
import { endReason, evidenceSummary, pauseReason } from './sentences.ts';

export interface AuditRow {
  readonly what: string;
  readonly why: string;
}

/** What a record of the ledger says and why it came about. Types from a newer version are named, not hidden. */
export const auditRow = ({ type, data }: LedgerEvent): AuditRow => {
  const event = { type, ...(data as object) } as LaneEvent | OtherEvent;
  switch (event.type) {
    case 'release.sealed':
      return { what: `release ${event.manifest.version} sealed`, why: '' };
    case 'key.created':
      return { what: `API key ${event.id} created`, why: '' };
    case 'key.revoked':
      return { what: `API key ${event.id} revoked`, why: '' };
    case 'limits.set':
      return {
        what:
          event.limits === null
            ? `limits of ${event.environment} cleared`
            : `limits of ${event.environment} set`,
        why: '',
      };
    case 'budget.reached': {
      const amount = (value: number): string =>
        event.unit === 'usd' ? `$${(value / 1e9).toFixed(2)}` : `${value} tokens`;
      return {
        what: `budget ${event.budget} of ${event.environment}: ${event.percent} % spent`,
        why: `${amount(event.spent)} of ${amount(event.amount)} in ${event.period}${event.action === 'stop' && event.percent >= 100 ? ': nothing more is let in' : ''}`,
      };
    }
    case 'prices.set':
      return {
        what:
          event.prices === null
            ? `prices of ${event.environment} as listed`
            : `prices of ${event.environment} set`,
        why: '',
      };
    case 'payload.read':
      return { what: `payload of ${event.invocation} read`, why: `${event.service} in ${event.environment}` };
    case 'payloads.erased':
      return { what: `${event.erased} captured payloads erased`, why: erasedText(event) };
    case 'rollout.queued':
      return { what: `rollout of ${event.order.releaseVersion} queued`, why: event.order.reason ?? '' };
    case 'rollout.started': {
      const { kind, releaseVersion, plan, reason } = event.order;
      const verb = { ship: 'rollout', promote: 'promotion', rollback: 'rollback' }[kind];
      return { what: `${verb} of ${releaseVersion} started (${plan.strategy})`, why: reason ?? '' };
    }
    case 'stage.entered':
      return {
        what: `stage ${event.name} entered`,
        why:
          event.override === null
            ? event.stage === 0
              ? 'replicas ready'
              : 'gates passed'
            : `by hand, skipping ${event.override.skipped.join(', ') || 'nothing'}: ${event.override.reason}`,
      };
    case 'gate.opened':
      return { what: `gate ${event.gate + 1} of stage ${event.stage + 1} begun`, why: '' };
    case 'gate.decided':
      return {
        what: `gate ${event.evidence.kind} of stage ${event.stage + 1} ${event.outcome}`,
        why: evidenceSummary(event.evidence),
      };
    case 'stage.approved':
      return { what: `stage ${event.stage + 1} approved`, why: `by ${event.by}` };
    case 'rollout.paused':
      return { what: 'rollout paused', why: pauseReason(event.cause) };
    case 'rollout.resumed':
      return { what: 'rollout resumed', why: '' };
    case 'rollout.ended':
      return { what: `rollout ${event.outcome}`, why: endReason(event.cause) };
    case 'workload.observed':
      return {
        what: `replicas of ${event.release.slice('sha256:'.length, 'sha256:'.length + 12)}: ${event.ready} of ${event.wanted} ready`,
        why: event.failure ?? '',
      };
    case 'candidate.tripped':
      return { what: 'candidate stopped by a gateway', why: `${event.cause}: ${event.detail}` };
    case 'candidate.pulled':
      return {
        what: `candidate taken off its users in stage ${event.stage + 1}`,
        why: `its requests looked worse (${event.guards.join(', ')}); copies of requests decide`,
      };
    case 'candidate.restored':
      return {
        what: `candidate back in stage ${event.stage + 1}`,
        why: 'on copies of the same requests it was not worse',
      };
    default:
      return { what: type, why: '' };
  }
};

type OtherEvent =
  | { readonly type: 'release.sealed'; readonly manifest: { readonly version: string } }
  | { readonly type: 'key.created' | 'key.revoked'; readonly id: string }
  | { readonly type: 'limits.set'; readonly environment: string; readonly limits: object | null }
  | {
      readonly type: 'budget.reached';
      readonly environment: string;
      readonly budget: string;
      readonly period: string;
      readonly percent: number;
      readonly unit: 'usd' | 'tokens';
      readonly amount: number;
      readonly spent: number;
      readonly action: 'warn' | 'stop';
    }
  | { readonly type: 'prices.set'; readonly environment: string; readonly prices: object | null }
  | {
      readonly type: 'payload.read';
      readonly invocation: string;
      readonly environment: string;
      readonly service: string;
    }
  | ErasedPayloads;

interface ErasedPayloads {
  readonly type: 'payloads.erased';
  readonly erased: number;
  readonly environment?: string;
  readonly service?: string;
  readonly invocation?: string;
  readonly keyDigest?: string;
  readonly beforeMs?: number;
}

const erasedText = (event: ErasedPayloads): string =>
  [
    event.service && `service ${event.service}`,
    event.environment && `environment ${event.environment}`,
    event.invocation && `invocation ${event.invocation}`,
    event.keyDigest && `key with SHA-256 ${event.keyDigest.slice(0, 12)}`,
    event.beforeMs !== undefined && `before ${new Date(event.beforeMs).toISOString()}`,
  ]
    .filter(Boolean)
    .join(', ');
