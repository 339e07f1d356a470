import { resolve } from 'node:path';
import { loadEvaluation } from './load-evaluation.ts';
import type { ServiceConfig } from './service-config.ts';

/** Whether the service has an evaluation file with a load stage, which not every policy allows. `directory`: of tidegate.yaml. */
export const putsUnderLoad = ({ evaluation }: ServiceConfig, directory: string): boolean =>
  evaluation !== null &&
  'file' in evaluation &&
  loadEvaluation(resolve(directory, evaluation.file), true).load !== undefined;
