import type { RawCapture } from './make-capture.ts';

export type ToCaptureThread =
  | { readonly type: 'capture'; readonly raw: RawCapture; readonly bytes: number }
  | { readonly type: 'sweep' };

export type FromCaptureThread =
  /** `bytes` as they were handed over. `problem`: null, it is stored. */
  | { readonly type: 'over'; readonly bytes: number; readonly problem: CaptureProblem | null }
  | { readonly type: 'unswept'; readonly detail: string };

export interface CaptureProblem {
  readonly kind: 'disk' | 'redaction';
  /** Never anything of what was captured. */
  readonly detail: string;
}
