/** How a recognised project is installed and started. */
export interface Program {
  /** For people: `FastAPI`, `Flask`, `Python`, `Node.js`. */
  readonly framework: string;
  /** The file whose source tells the routes, relative to the folder; null when none was found. */
  readonly entry: string | null;
  readonly hasEntry: boolean;
  readonly packageName: string | null;
  readonly install: string | null;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}
