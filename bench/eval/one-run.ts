/** One evaluation in a process of its own, so that its memory is its own. Arguments: golden set, address, directory. Prints figures as JSON. */
import { planWithoutFile } from '../../src/config/plan-without-file.ts';
import { scanGolden } from '../../src/evaluate/golden/scan-golden.ts';
import { holdingYoungGeneration } from '../../src/evaluate/holding-young-generation.ts';
import { reportRun } from '../../src/evaluate/report/run/run-report.ts';
import { runEvaluation } from '../../src/evaluate/run-evaluation/run-evaluation.ts';

const [golden = '', url = '', directory = ''] = process.argv.slice(2);
const base = planWithoutFile(golden, url, directory);
const scorers = ['exact', 'contains', 'token_f1', 'levenshtein_similarity'].map((scorer) => ({
  ...base.scorers[0]!,
  name: scorer,
  how: { kind: 'registry' as const, scorer, options: {} },
}));
const plan = { ...base, scorers, concurrency: 64 };
// As the command does it.
await holdingYoungGeneration(async () => {
  const startedMs = performance.now();
  const scan = await scanGolden(golden, { fields: plan.fields, limit: null });
  const scannedMs = performance.now();
  const cpuSeconds = (): number => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    return (userCPUTime + systemCPUTime) / 1e6;
  };
  const scannedCpuSeconds = cpuSeconds();
  /** What is in use; the rest of the heap is what nobody has collected yet. */
  const inUseMiB = (): number => {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 2 ** 20;
  };
  let heapMiB = 0;
  let lastDone = 0;
  let lastDoneMs = scannedMs;
  const sampling = setInterval(() => {
    heapMiB = Math.max(heapMiB, process.memoryUsage().heapUsed / 2 ** 20);
  }, 100);
  let inUse = 0;
  const collecting = setInterval(() => {
    inUse = Math.max(inUse, inUseMiB());
  }, 3_000);
  const { summary, path } = await runEvaluation({
    plan,
    scan,
    id: `bench-${process.pid}`,
    directory,
    resume: null,
    baselineRun: null,
    isFresh: false,
    fill: (text) => text,
    secrets: [],
    nowMs: Date.now,
    signal: new AbortController().signal,
    onProgress: ({ done }) => {
      if (done > lastDone) lastDoneMs = performance.now();
      lastDone = done;
    },
  });
  clearInterval(sampling);
  clearInterval(collecting);
  const endedMs = performance.now();
  const usedCpuSeconds = cpuSeconds();
  const { maxRSS } = process.resourceUsage();
  const report = await reportRun(path);
  const withReportMiB = inUseMiB();
  const peakRssWithReportMiB = process.resourceUsage().maxRSS / 1024;
  console.log(
    JSON.stringify({
      cases: summary.cases,
      errors: summary.errors,
      scanSeconds: (scannedMs - startedMs) / 1000,
      askingSeconds: (lastDoneMs - scannedMs) / 1000,
      concludingSeconds: (endedMs - lastDoneMs) / 1000,
      casesPerSecond: summary.cases / ((lastDoneMs - scannedMs) / 1000),
      checksPerSecond: (summary.cases * scorers.length) / ((lastDoneMs - scannedMs) / 1000),
      checksPerCpuSecond: (summary.cases * scorers.length) / (usedCpuSeconds - scannedCpuSeconds),
      cpuSeconds: usedCpuSeconds,
      peakRssMiB: maxRSS / 1024,
      peakRssWithReportMiB,
      peakHeapMiB: heapMiB,
      inUseMiB: inUse,
      inUseWithReportMiB: withReportMiB,
      reported: report.table.size,
    }),
  );
});
