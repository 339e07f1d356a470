import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { liveStory, machineSetup, type Story } from '../examples/spam-filter/story/story.ts';
import { outcomeOf, seenSentence, summaryTable, surpriseOf } from '../examples/spam-filter/story/summary.ts';
import { openMachine } from '../examples/story/machine.ts';
import type { LedgerEvent } from '../src/client/client.ts';
import { auditRow } from '../src/client/ledger-sentences.ts';

/** Tells the story of examples/spam-filter as it happens. No input is needed; everything lives in a temporary directory. */
const startedAtMs = performance.now();
const write = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const clock = (): string => pc.dim(`${((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6)} s`);

const teller = {
  chapter: (number: number, title: string) => write(`\n${pc.bold(`${number}. ${title}`)}`),
  command: (line: string) => write(`${clock()}  ${pc.cyan(`$ ${line}`)}`),
  say: (line: string) => write(`${clock()}  ${line}`),
};

const icons: Readonly<Record<string, string>> = {
  'rollout.started': '▶',
  'stage.entered': '→',
  'gate.decided': '✓',
  'candidate.tripped': '⚡',
  'release.sealed': '◆',
};

const tellEvent = (event: LedgerEvent): void => {
  if (event.type === 'workload.observed' || event.type === 'gate.opened') return;
  const { outcome } = event.data as { outcome?: string };
  const bad = outcome !== undefined && !['passed', 'completed'].includes(outcome);
  const icon = bad ? '✗' : (icons[event.type] ?? (event.type === 'rollout.ended' ? '●' : '·'));
  const where = event.stream.startsWith('lane/') ? (event.stream.split('/')[1] ?? '') : 'registry';
  const { what, why } = auditRow(event);
  const text = `${icon} ${where.padEnd(10)} ${what}`;
  const shown = bad ? pc.red(text) : event.type === 'rollout.ended' ? pc.green(text) : text;
  write(`${clock()}  ${shown}${why === '' ? '' : pc.dim(` - ${why}`)}`);
};

const directory = mkdtempSync(join(tmpdir(), 'tidegate-demo-'));
const machine = await openMachine(directory, machineSetup);
const listening = new AbortController();
let listened: Promise<void> = Promise.resolve();

const listen = async (): Promise<void> => {
  listened = (async () => {
    const { signal } = listening;
    for await (const live of machine.client().stream({ afterSeq: 0, signal })) {
      if (live.type === 'ledger') tellEvent(live.event);
      if (live.type === 'connection')
        teller.say(
          live.isConnected ? 'the control plane is back' : 'the control plane is gone; the gateways go on',
        );
    }
  })().catch(() => undefined);
};

const conclude = (story: Story): void => {
  const { kill, back, releases } = story;
  write(`\n${pc.bold('What happened')}\n`);
  write(summaryTable(story));
  write();
  for (const release of [...releases, kill.shipped]) {
    write(`  ${release.version}  ${outcomeOf(release)}`);
    if (release.seen.requests > 0) write(pc.dim(`         users: ${seenSentence(release.seen)}`));
    if (release.log !== null)
      write(
        pc.dim(
          `         candidate requests ${release.log.assigned}, of which stable rescued ${release.log.rescued}; ` +
            `${release.log.tippedToLastAssignedMs.toFixed(0)} ms from the tipping response to the last request assigned`,
        ),
      );
    const surprise = surpriseOf(release);
    if (surprise !== null) write(pc.yellow(`         ${surprise}`));
  }
  write();
  write(
    `  kill -9      ${kill.answeredWhileDead} requests answered while the control plane was dead, ${kill.errorsWhileDead} errors; ` +
      `back after ${(kill.restartMs / 1_000).toFixed(1)} s, ${kill.sameRollout ? 'the same rollout went on' : 'ANOTHER rollout went on'}`,
  );
  write(
    `  rollback     ${back.from} -> ${back.to} with ${back.treesLeft === 0 ? 'no' : 'A'} working tree left`,
  );
  write(
    `  ledger       ${back.verdict.ok ? `${back.verdict.events} records verified` : `BROKEN: ${back.verdict.detail}`}`,
  );
  write(`\n${pc.bold('tidegate trace')} of one response:\n`);
  write(back.traceText.trimEnd().replace(/^/gm, '  '));
};

const finish = async (): Promise<void> => {
  listening.abort();
  await machine.end();
  await listened;
  rmSync(directory, { recursive: true, force: true });
};
process.once('SIGINT', () => {
  void finish().then(() => process.exit(130));
});

try {
  write(pc.bold('Tidegate: a spam filter goes through its releases, at 400 real mails a second.'));
  const story = await liveStory(machine, teller, listen);
  conclude(story);
  const minutes = (performance.now() - startedAtMs) / 60_000;
  write(`\nThe demo took ${minutes.toFixed(1)} minutes.`);
} finally {
  await finish();
}
