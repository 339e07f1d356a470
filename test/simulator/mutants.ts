/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source text */
import type { FaultName } from '../../src/simulator/system/generate-faults.ts';
import type { Rule } from '../../src/simulator/system/violation.ts';

/** Production code with one deliberate fault, made by replacing a piece of one source file as it is loaded. */
export interface Mutant {
  readonly name: string;
  /** The invariant it breaks. */
  readonly breaks: Rule;
  /** Rules by which it may show. */
  readonly seenAs: readonly Rule[];
  /** From the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly without?: readonly FaultName[];
}

export const mutants: readonly Mutant[] = [
  {
    name: 'the result of an evaluation passes whatever it says',
    breaks: 'I1',
    seenAs: ['I1', 'outside'],
    file: 'src/core/rollout/decide.ts',
    from: "verdict === 'pass' ||\n",
    to: "verdict !== 'inconclusive' ||\n",
  },
  {
    name: 'the gate result of another stage or rollout is accepted',
    breaks: 'I1',
    seenAs: ['I1', 'I4'],
    file: 'src/core/rollout/decide.ts',
    from: 'if (rollout === null || !isPresent(lane, input) || rollout.order.release !== input.release) return [];',
    to: 'if (rollout === null) return [];',
  },
  {
    name: 'an undecided gate does not hold the stage',
    breaks: 'I1',
    seenAs: ['I1'],
    file: 'src/core/rollout/verdict.ts',
    from: "      return [{ on: 'command', command: gate.command }];",
    to: '      return [];',
  },
  {
    name: 'one approval is enough for any gate',
    breaks: 'I1',
    seenAs: ['I1'],
    file: 'src/core/rollout/verdict.ts',
    from: 'return have >= gate.approvals',
    to: 'return have >= 1',
  },
  {
    name: 'a lease never runs out',
    breaks: 'I2',
    seenAs: ['I2', 'outside'],
    file: 'src/gateway/exposure.ts',
    from: 'nowMs - leaseFromMs < candidate.route.leaseMs &&',
    to: 'leaseFromMs > Number.NEGATIVE_INFINITY &&',
  },
  {
    name: 'heavy users carry any part of the requests to the candidate',
    breaks: 'I2',
    seenAs: ['I2'],
    file: 'src/gateway/share-ceiling.ts',
    from: 'recent.sumOfAll >= CEILING_REQUESTS_AT_LEAST &&',
    to: 'recent.sumOfAll >= Number.POSITIVE_INFINITY &&',
  },
  {
    name: 'a cut that is not recorded yet does not reach the routes',
    breaks: 'I10',
    seenAs: ['I10'],
    file: 'src/engine/routes.ts',
    from: 'route.candidate === null || cut.has(route.candidate.rollout) ? null',
    to: 'route.candidate === null ? null',
  },
  {
    name: 'a raising table is in force before it is on disk',
    breaks: 'I2',
    seenAs: ['I2'],
    file: 'src/gateway/routes.ts',
    from: 'if (!raisesExposure(snapshot?.table ?? null, table) && !putInForce(table, false)) return;',
    to: 'if (!putInForce(table, false)) return;',
  },
  {
    name: 'routes follow from a record before it is durable',
    breaks: 'I3',
    seenAs: ['I3'],
    file: 'src/engine/lanes.ts',
    from: '        const stored = await ledger.append(stream, state.version, events, {\n          reserve: reducesExposure(decision.events),\n        });\n',
    to: '        const { seq } = await ledger.head();\n        const early = events.map((event, index) => ({ ...event, seq: seq + 1 + index, stream, version: state.version + index, hash: "" }));\n        for (const one of early) fold(one);\n        recorded(key, early);\n        const stored = await ledger.append(stream, state.version, events, {\n          reserve: reducesExposure(decision.events),\n        });\n',
  },
  {
    name: 'a command that could not be recorded is answered as recorded',
    breaks: 'I4',
    seenAs: ['I4', 'outside'],
    file: 'src/engine/engine.ts',
    from: '      cut(key, input, error);\n      return false;',
    to: '      cut(key, input, error);\n      return true;',
  },
  {
    name: 'a write that failed is acknowledged',
    breaks: 'I4',
    seenAs: ['I4'],
    file: 'src/engine/lanes.ts',
    from: "if (!isTidegateError(error, 'ledger-conflict') || attempt === tries) throw error;",
    to: "if (!isTidegateError(error, 'ledger-conflict')) return [];",
  },
  {
    name: 'the ledger appends whatever version its caller saw',
    breaks: 'I4',
    seenAs: ['I4', 'I1', 'I10'],
    file: 'src/adapters/memory/memory-ledger.ts',
    from: 'if (version !== expectedVersion) {',
    to: 'if (version < expectedVersion) {',
  },
  {
    name: 'a command gate is started again after a restart',
    breaks: 'I4',
    seenAs: ['I4'],
    file: 'src/engine/job-reconciler.ts',
    from: 'if (job.opened)',
    to: 'if (job.opened && lane.rollout === null)',
  },
  {
    name: 'a lost receipt of a command counts as success',
    breaks: 'I4',
    seenAs: ['I4'],
    file: 'src/core/rollout/decide.ts',
    from: "return decided('unknown', { kind: 'failure', detail: result.detail });",
    to: "return decided('passed', { kind: 'failure', detail: result.detail });",
  },
  {
    name: 'a rollout that is known is started once more',
    breaks: 'I4',
    seenAs: ['I4'],
    file: 'src/core/rollout/decide.ts',
    from: '  lane.ended.some(({ order }) => order.rollout === rollout);',
    to: '  false;',
  },
  {
    name: 'a gateway forgets its table in a restart',
    breaks: 'I5',
    seenAs: ['I5'],
    file: 'src/gateway/routes.ts',
    from: 'if (table === null) return;',
    to: 'return;',
  },
  {
    name: 'the evaluation asks the replicas of stable',
    breaks: 'I6',
    seenAs: ['I6'],
    file: 'src/engine/job-reconciler.ts',
    from: 'const candidate = lane.workloads[job.release]?.addresses ?? [];',
    to: 'const candidate = lane.workloads[job.baseline ?? job.release]?.addresses ?? [];',
  },
  {
    name: 'both tracks are named after stable',
    breaks: 'I7',
    seenAs: ['I7'],
    file: 'src/gateway/snapshot.ts',
    from: 'label: `${to.releaseVersion}@${shortDigest(to.release)}`,',
    to: 'label: `${(route.stable ?? to).releaseVersion}@${shortDigest((route.stable ?? to).release)}`,',
  },
  {
    name: 'a gateway takes any table, however old',
    breaks: 'I8',
    seenAs: ['I8', 'I2'],
    file: 'src/gateway/routes.ts',
    from: 'if (order <= 0) {',
    to: 'if (order === 0) {',
  },
  {
    name: 'a restored backup keeps its epoch',
    breaks: 'I8',
    seenAs: ['I8', 'converges', 'I3'],
    file: 'src/engine/engine.ts',
    from: 'routes.begin((await ledger.head()).epoch);',
    to: 'routes.begin(1);',
  },
  {
    name: 'a silent guard passes the gate',
    breaks: 'I9',
    seenAs: ['I9'],
    file: 'src/core/rollout/verdict.ts',
    from: 'if (advance?.passed === true) return [];',
    to: "if (advance === undefined || advance.passed || advance.waitingFor?.startsWith('no-')) return [];",
  },
  {
    name: 'a release that was taken back is a rollback target',
    breaks: 'I10',
    seenAs: ['I10'],
    file: 'src/core/rollout/evolve.ts',
    from: "...(rollout.order.kind === 'rollback' && lane.stable !== null ? [lane.stable.release] : []),",
    to: '',
  },
  {
    name: 'an abort waits for a ledger that does not answer',
    breaks: 'I10',
    seenAs: ['I10'],
    file: 'src/engine/engine.ts',
    from: 'return isReduction ? await Promise.race([recording, overdue(key, input, recording)]) : await recording;',
    to: 'return await recording;',
  },
  {
    name: 'an abort fails while the disk is dead',
    breaks: 'I10',
    seenAs: ['I10'],
    file: 'src/engine/engine.ts',
    from: 'if (!isUnwritable || !reduces(key, input)) throw error;',
    to: 'if (isUnwritable) throw error;',
  },
];
