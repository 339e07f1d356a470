import type { CommandGroup } from '../command.ts';
import { evalAdd } from './eval-add.ts';
import { evalCalibrate } from './eval-calibrate.ts';
import { evalDiff } from './eval-diff.ts';
import { evalImport } from './eval-import.ts';
import { evalReport } from './eval-report.ts';
import { evalRun } from './eval-run.ts';
import { evalView } from './eval-view.ts';

export const evaluation: CommandGroup = {
  name: 'eval',
  summary: 'measure answers on a golden set: run, report, view, diff, import, add, calibrate',
  details: 'Evaluations of any endpoint on a golden set. They need no control plane.',
  commands: [evalRun, evalReport, evalView, evalDiff, evalImport, evalAdd, evalCalibrate],
};
