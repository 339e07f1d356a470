import type { ReactElement, ReactNode } from 'react';

/** What may be wider or longer than its place. It takes the focus, so that arrow keys scroll it in every browser. */
export const ScrollRegion = (props: {
  label: string;
  isLow?: boolean;
  children: ReactNode;
}): ReactElement => (
  <section
    className={props.isLow === true ? 'scroll scroll-low' : 'scroll'}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the rest of the table is out of a keyboard's reach
    tabIndex={0}
    aria-label={props.label}
  >
    {props.children}
  </section>
);
