import { openMemoryEvidenceStore } from '../../adapters/memory/memory-evidence-store.ts';
import { openMemoryLedger } from '../../adapters/memory/memory-ledger.ts';
import { type Digest, shortDigest } from '../../core/digest.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { manifestDigest } from '../../core/release/seal.ts';
import type { Environment } from '../../engine/environments.ts';
import { workloadId } from '../../engine/workload-of.ts';
import type { StoredEvent } from '../../ports/ledger.ts';
import { checkEvent, type Witness } from './checks/check-event.ts';
import { checkTable } from './checks/check-table.ts';
import { openOutsideChecker } from './checks/outside-checker.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { openGatewayFleet } from './gateway-fleet.ts';
import { isRecorded } from './is-recorded.ts';
import { type LedgerDisk, openLedgerHandle } from './ledger-disk.ts';
import { openLedgerTruth } from './ledger-truth.ts';
import { openOccurrences } from './occurrences.ts';
import { openPeople } from './people.ts';
import { openRandomSource } from './random-source.ts';
import { openReported } from './reported-requests.ts';
import type { ReleaseSetup, Scenario } from './scenario.ts';
import { simulatedManifest } from './simulated-release.ts';
import { openSimulatedRuntime } from './simulated-runtime.ts';
import { openSimulatedWork, type WorkLog } from './simulated-work.ts';
import type { Report, Violation } from './violation.ts';
import { openVirtualTime } from './virtual-time.ts';

export type World = ReturnType<typeof openWorld>;

/** Everything that outlives a control plane, the control planes that come and go over it, and those who watch. */
export const openWorld = ({ setup, seed }: Scenario) => {
  const time = openVirtualTime();
  const random = openRandomSource(seed, 'world');
  const violations: Violation[] = [];
  const failures: unknown[] = [];
  const occurrences = openOccurrences();
  const report: Report = (rule, detail) => violations.push({ rule, atMs: time.nowMs(), detail });
  const truth = openLedgerTruth();
  const disk: LedgerDisk = {
    records: openMemoryLedger(),
    state: 'well',
    delayMs: 0,
    nextAppendFails: null,
    deadWriters: new Set(),
  };
  let evidenceStore = openMemoryEvidenceStore();
  const workLog: WorkLog = { evaluations: [], commands: [] };
  const reported = openReported(report);

  const releases = new Map<string, { manifest: ReleaseManifest; setup: ReleaseSetup; label: string }>();
  const byVersion = new Map<string, ReleaseManifest>();
  for (const service of setup.services)
    for (const release of service.releases) {
      const manifest = simulatedManifest(service, release);
      const digest = manifestDigest(manifest);
      releases.set(digest, { manifest, setup: release, label: `${release.version}@${shortDigest(digest)}` });
      byVersion.set(`${service.name} ${release.version}`, manifest);
    }
  const environments = setup.environments.map(
    (one): Environment => ({
      name: one.name,
      gateway: 'http://127.0.0.1:0',
      apiKeyRequired: false,
      strategy: one.strategy,
      promote: one.promote,
      policy: () => ({ policy: one.policy, digest: 'sha256:policy' }),
    }),
  );
  const setupOfEnvironment = (name: string) => setup.environments.find((one) => one.name === name)!;

  const runtime = openSimulatedRuntime({
    time,
    random,
    setupOf: ({ release }) => releases.get(release)?.setup ?? null,
  });
  const outside = openOutsideChecker({
    nowMs: time.nowMs,
    leaseMs: (name) => setupOfEnvironment(name).policy.leaseMs,
    isPromotedAutomatically: (name) => {
      const index = setup.environments.findIndex((one) => one.name === name);
      return setup.environments[index - 1]?.promote === 'automatic';
    },
    report,
  });

  /** Alive, oldest first. Gateways dial the newest. */
  let planes: ControlPlane[] = [];
  let started = 0;
  let clockOffsetMs = 0;
  let startAgainAtMs = Number.NEGATIVE_INFINITY;

  const people = openPeople({
    time,
    plane: () => planes.findLast((one) => one.isReady()) ?? null,
    planesAlive: () => planes.length,
    manifestOf: (service, version) => byVersion.get(`${service} ${version}`)!,
    laneSeq: (wish) => ('service' in wish ? truth.now(`lane/${wish.environment}/${wish.service}`).seq : 0),
    noted: occurrences.note,
    isRecorded: (wish, seqBefore) => isRecorded(wish, seqBefore, truth.events()),
    outside,
    report,
  });

  const startedRollouts = new Set<string>();
  const endedRollouts = new Set<string>();
  const openGates = new Set<string>();
  const gateStarts = new Map<string, number>();
  const remember = ({ stream, type, data }: StoredEvent): void => {
    const about = data as { rollout?: string; order?: { rollout: string }; stage?: number; gate?: number };
    const rollout = about.order?.rollout ?? about.rollout ?? '';
    const gate = `${rollout}/${about.stage}/${about.gate}`;
    if (type === 'rollout.started') startedRollouts.add(`${stream} ${rollout}`);
    if (type === 'rollout.ended') endedRollouts.add(`${stream} ${rollout}`);
    if (type === 'gate.opened') {
      openGates.add(gate);
      gateStarts.set(gate, (gateStarts.get(gate) ?? 0) + 1);
    }
    if (type === 'gate.decided') openGates.delete(gate);
  };
  const witness: Witness = {
    setupOf: setupOfEnvironment,
    work: workLog,
    approversSent: people.approversSent,
    hasSentAdvance: people.hasSentAdvance,
    reported: reported.of,
    hasStarted: (lane, rollout) => startedRollouts.has(`${lane} ${rollout}`),
    hasEnded: (lane, rollout) => endedRollouts.has(`${lane} ${rollout}`),
    running(lane, release) {
      const [, environment = '', service = ''] = lane.split('/');
      return runtime.ready(workloadId({ environment, service }, release as Digest));
    },
    isOpen: (key) => openGates.has(key),
  };
  const stored = (events: readonly StoredEvent[]): void => {
    for (const event of events) {
      if (event.stream.startsWith('lane/')) checkEvent(event, truth.now(event.stream), witness, report);
      truth.take(event);
      remember(event);
      occurrences.noteEvent(event);
    }
  };
  const commandStarts = (key: string): void => {
    const runs = workLog.commands.filter((one) => one.key === key).length;
    if (runs >= (gateStarts.get(key) ?? 0))
      report(
        'I4',
        `the command ${key} starts for the ${runs + 1}. time, and ${gateStarts.get(key) ?? 0} starts are recorded`,
      );
  };

  const failed = (error: unknown): void => {
    failures.push(error);
    if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError)
      report('crash', error.stack ?? error.message);
  };

  const startPlane = (): ControlPlane => {
    started += 1;
    const plane = startControlPlane({
      name: `cp${started}`,
      seed,
      time,
      clockOffsetMs,
      environments,
      openLedger: (life) => openLedgerHandle({ disk, time, owner: life.name, isDead: life.isDead, stored }),
      openRuntime: (life) => runtime.open(() => !life.isDead()),
      openWork: (life) =>
        openSimulatedWork({
          time,
          random,
          log: workLog,
          isDead: life.isDead,
          setupOf: (release) => releases.get(release)?.setup ?? null,
          releaseAt: (address) => runtime.at(address)?.release ?? null,
          commandStarts,
          report,
        }),
      evidenceStore,
      pushed(table) {
        if (table.generation.cut > 0) occurrences.note('routes: cut before the record');
        checkTable(table, truth, report);
      },
      died(dead) {
        planes = planes.filter((one) => one !== dead);
        dead.hub.closeAll();
        outside.controlPlaneDied(fleet.knowsOfCut);
        if (planes.length === 0) time.after(Math.max(startAgainAtMs - time.nowMs(), 100), startIfNone);
      },
      failed,
    });
    planes.push(plane);
    if (planes.length > 1) occurrences.note('control plane: two at once');
    fleet.tellLost(plane.hub);
    return plane;
  };
  const startIfNone = (): void => {
    if (planes.length === 0) startPlane();
  };

  const fleet = openGatewayFleet({
    setup,
    time,
    random,
    truth,
    report,
    outside,
    hub: () => planes.at(-1)?.hub ?? null,
    hubs: () => planes.map(({ hub }) => hub),
    heard: reported.take,
    called: reported.called,
    dropped: reported.dropped,
    noted: occurrences.note,
    answerOf(address) {
      const workload = runtime.at(address);
      const behaviour = workload === null ? undefined : releases.get(workload.release)?.setup;
      if (behaviour === undefined) return { isRefused: true, isBad: true, latencyMs: 0 };
      return {
        isRefused: false,
        isBad: random.chance(behaviour.badShare),
        latencyMs: random.chance(behaviour.slowShare) ? 400 : random.chance(0.3) ? random.between(5, 120) : 2,
      };
    },
    releaseAt(address) {
      const release = runtime.at(address)?.release;
      const known = release === undefined ? undefined : releases.get(release);
      return known === undefined ? null : { release: release!, label: known.label };
    },
  });

  return {
    time,
    random,
    violations,
    failures,
    occurrences,
    truth,
    disk,
    people,
    fleet,
    runtime,
    workLog,
    releases,
    report,
    planes: () => planes,
    startedPlanes: () => started,
    /** How the release of a workload gets ready. */
    releaseOfWorkload(id: string): ReleaseSetup['ready'] | null {
      const short = id.split('.')[2];
      for (const [digest, { setup: behaviour }] of releases)
        if (shortDigest(digest) === short) return behaviour.ready;
      return null;
    },
    startPlane,
    startIfNone,
    /** Whoever dies next is started again so much later. */
    restartAfter(delayMs: number): void {
      startAgainAtMs = time.nowMs() + delayMs;
    },
    clockOffsetMs: () => clockOffsetMs,
    jumpClocks(byMs: number): void {
      clockOffsetMs += byMs;
      for (const plane of planes) plane.jumpClock(byMs);
    },
    failNextEvidenceSave: () => evidenceStore.failNextSave(),
    loseEvidence(): void {
      for (const plane of [...planes]) plane.life.end();
      evidenceStore = openMemoryEvidenceStore();
    },
    restoreBackup(keepShare: number): void {
      for (const plane of [...planes]) plane.life.end();
      const events = Math.floor(truth.events().length * keepShare);
      disk.records = disk.records.restoreBackup(events);
      truth.restore(events);
      people.forget();
      outside.backupRestored();
      reported.backupRestored();
      startedRollouts.clear();
      endedRollouts.clear();
      openGates.clear();
      for (const event of truth.events()) remember(event);
    },
  };
};
