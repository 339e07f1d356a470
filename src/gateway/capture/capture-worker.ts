import { parentPort, workerData } from 'node:worker_threads';
import type { Capture } from '../../core/capture/capture.ts';
import type { CaptureProblem, FromCaptureThread, ToCaptureThread } from './capture-messages.ts';
import { makeCapture, type RawCapture } from './make-capture.ts';
import { sweepCaptures } from './sweep-captures.ts';
import { writeCapture } from './write-capture.ts';

const { payloads } = workerData as { payloads: string };
const say = (message: FromCaptureThread): void => parentPort!.postMessage(message);

/** Of services that this process has captured something of. */
const bounds = new Map<string, number>();
/** What they take: as it was found, and what was written since. */
const taken = new Map<string, number>();

parentPort!.on('message', (message: ToCaptureThread) => {
  if (message.type === 'sweep') sweep();
  else say({ type: 'over', bytes: message.bytes, problem: store(message.raw) });
});

function store(raw: RawCapture): CaptureProblem | null {
  let capture: Capture;
  try {
    capture = makeCapture(raw);
  } catch (error) {
    // Of the error only what kind it is: its message may quote what could not be redacted.
    return { kind: 'redaction', detail: error instanceof Error ? error.name : 'unknown' };
  }
  const { service, policy } = raw;
  try {
    if (!bounds.has(service)) {
      bounds.set(service, policy.totalBytesAtMost);
      sweep();
    }
    bounds.set(service, policy.totalBytesAtMost);
    taken.set(service, (taken.get(service) ?? 0) + writeCapture(payloads, capture));
    if (taken.get(service)! > policy.totalBytesAtMost) sweep();
    return null;
  } catch (error) {
    return { kind: 'disk', detail: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

function sweep(): void {
  try {
    for (const [service, bytes] of sweepCaptures(payloads, Date.now(), bounds)) taken.set(service, bytes);
  } catch (error) {
    say({ type: 'unswept', detail: (error as NodeJS.ErrnoException).code ?? String(error) });
  }
}
