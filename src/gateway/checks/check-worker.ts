import { parentPort, workerData } from 'node:worker_threads';
import { viewAnswer } from './answer-view.ts';
import { compileChecks, type RunCheck } from './compile-checks.ts';
import {
  beginStep,
  endSteps,
  type FromThread,
  type LocalResult,
  type Progress,
  type ToThread,
} from './thread-messages.ts';

const { progress, checkMs, compileMs } = workerData as {
  progress: Progress;
  checkMs: number;
  compileMs: number;
};
const checkers = new Map<number, readonly RunCheck[]>();
const say = (message: FromThread): void => parentPort!.postMessage(message);

parentPort!.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'take':
      beginStep(progress, compileMs, -message.checker);
      try {
        checkers.set(message.checker, compileChecks(message.checks));
      } catch (error) {
        say({ type: 'untakeable', checker: message.checker, problem: String(error) });
      }
      endSteps(progress);
      return;
    case 'forget':
      checkers.delete(message.checker);
      return;
    case 'job':
      say({ type: 'done', job: message.job, result: run(message) });
      endSteps(progress);
      return;
  }
});

function run({ job, checker, answer, wantsText }: ToThread & { type: 'job' }): LocalResult {
  const checks = checkers.get(checker);
  if (checks === undefined) return { kind: 'unchecked' };
  try {
    beginStep(progress, checkMs, job);
    const view = viewAnswer(answer);
    for (const [index, check] of checks.entries()) {
      if (index > 0) beginStep(progress, checkMs, job);
      const fault = check(view);
      if (fault !== null) return { kind: 'invalid', check: index, fault };
    }
    return { kind: 'valid', text: wantsText ? view.text : null };
  } catch {
    // Nested too deeply, or too long a text: that is a limit of ours, not a fault of the answer.
    return { kind: 'unchecked' };
  }
}
