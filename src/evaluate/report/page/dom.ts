/** The few parts of a browser that the page uses; the whole of them would make every file of the package see a `window`. */
export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  value: string;
  checked: boolean;
  readonly tagName: string;
  readonly style: { setProperty(name: string, value: string): void };
  readonly parentElement: PageElement | null;
  readonly isContentEditable: boolean;
  append(...nodes: (PageElement | string)[]): void;
  after(...nodes: (PageElement | string)[]): void;
  replaceChildren(...nodes: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
  removeAttribute(name: string): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  focus(options?: { readonly preventScroll: boolean }): void;
  select(): void;
  remove(): void;
  scrollIntoView(options: { readonly block: 'nearest' | 'start' }): void;
}

export interface PageEvent {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly target: PageElement | null;
  preventDefault(): void;
}

interface PageDocument {
  title: string;
  readonly activeElement: PageElement | null;
  createElement(tag: string): PageElement;
  getElementById(id: string): PageElement | null;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

declare const document: PageDocument;

/** An element with attributes and children. Texts become text and never markup, whatever they hold. */
export const make = (
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (PageElement | string | null)[]
): PageElement => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') element.className = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
};

export const byId = (id: string): PageElement => {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element ${id}`);
  return element;
};

export const section = (
  title: string,
  id: string,
  ...children: readonly (PageElement | string | null)[]
): PageElement =>
  make('section', { class: 'panel', 'aria-labelledby': id }, make('h2', { id }, title), ...children);

/** A control with its label above or beside it; the control has an id. */
export const labelledField = (label: string, control: PageElement, className = ''): PageElement =>
  make(
    'div',
    { class: `field ${className}`.trim() },
    make('label', { for: control.getAttribute('id') ?? '' }, label),
    control,
  );
