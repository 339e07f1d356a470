import { type ReactElement, type ReactNode, useId } from 'react';

/** A part of a page with a heading of its own. `aside` stands at the end of the heading's line. */
export const Panel = (props: {
  title: string;
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}): ReactElement => {
  const id = useId();
  return (
    <section className={`panel ${props.className ?? ''}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
};
