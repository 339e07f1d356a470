import type { ReactElement } from 'react';
import { ApiProblem } from '../api/get-json.ts';
import { Icon } from './icon.tsx';

/** What went wrong and what to do, where something should have been. */
export const Trouble = ({ error }: { error: unknown }): ReactElement => (
  <p className="trouble" role="alert">
    <Icon name="warning" />
    <span>
      {error instanceof Error ? error.message : String(error)}
      {error instanceof ApiProblem && error.todo !== null && ` ${error.todo}`}
    </span>
  </p>
);
