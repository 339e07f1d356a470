import { resolve } from 'node:path';
import { loadEvaluation } from './load-evaluation.ts';
import type { ServiceConfig } from './service-config.ts';

/** Whether the service has an evaluation file with requirements, so that it is evaluated whatever a policy requires. `directory`: of tidegate.yaml. */
export const requiresItself = ({ evaluation }: ServiceConfig, directory: string): boolean =>
  evaluation !== null &&
  'file' in evaluation &&
  loadEvaluation(resolve(directory, evaluation.file), true).requirements.length > 0;
