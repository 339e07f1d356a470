import type { ReactElement } from 'react';

/** Two posts of a gate and the water between them. */
export const Mark = (): ReactElement => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path className="mark-posts" d="M9 5v22M23 5v22" />
    <path className="mark-water" d="M9 13c3.5-3 5-3 7 0s3.5 3 7 0M9 20c3.5-3 5-3 7 0s3.5 3 7 0" />
  </svg>
);
