import Database from 'better-sqlite3';
import { type ErrorCode, TidegateError } from '../../errors.ts';

export interface DatabaseShape {
  /** Marks the file as ours; 32 bits. */
  readonly applicationId: number;
  /** Of the tables. A file with a higher one is refused. */
  readonly userVersion: number;
  /** `CREATE` statements, executed in a new file and compared word by word with an old one. */
  readonly schema: readonly string[];
  /** Forms before this one: what `schema` has beyond them is made when such a file is opened. Tables are only ever added. */
  readonly earlier?: readonly { readonly userVersion: number; readonly schema: readonly string[] }[];
  /** FULL: an acknowledged commit survives a power cut. NORMAL: it survives the death of the process. */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** How errors about this file are called. */
  readonly codes: { readonly broken: ErrorCode; readonly unavailable: ErrorCode };
}

export interface OpenedDatabase {
  readonly database: Database.Database;
  /** The file was empty or absent before. */
  readonly isNew: boolean;
}

const oldestSqlite = [3, 51, 3] as const;
const synchronousLevel = { NORMAL: 1, FULL: 2 } as const;

/**
 * Opens a database in WAL mode and makes sure that every setting it relies on holds: a pragma that SQLite does not know or
 * cannot follow is ignored in silence, and durability with it.
 * @throws TidegateError `internal` when a setting does not hold, the shape's `broken` when the file is another one's or its
 *   tables were changed, `state-too-new`; SqliteError when the file cannot be opened.
 */
export function openDatabase(
  file: string,
  shape: DatabaseShape,
  options: { readonly readonly?: boolean } = {},
): OpenedDatabase {
  const database = new Database(file, { readonly: options.readonly === true, timeout: 2000 });
  try {
    assertVersion(database);
    const settings = { ...commonSettings, synchronous: synchronousLevel[shape.synchronous] };
    // Reading the schema first makes a file that is no database fail before anything is written to it.
    const isNew = schemaOf(database).length === 0;
    if (!isNew || options.readonly === true) assertShape(database, shape, file);
    for (const [name, value] of Object.entries(settings)) {
      if (name !== 'journal_mode' || options.readonly !== true) database.pragma(`${name} = ${value}`);
      const actual = database.pragma(name, { simple: true });
      if (actual !== value)
        throw new TidegateError(
          'internal',
          `SQLite does not keep ${name} = ${value} for ${file}; it says ${actual}.`,
        );
    }
    if (isNew) create(database, shape, shape.schema);
    else if (options.readonly !== true) upgrade(database, shape);
    return { database, isNew };
  } catch (error) {
    database.close();
    throw error;
  }
}

const commonSettings = {
  journal_mode: 'wal',
  // On macOS a plain fsync leaves the data in the drive's cache; elsewhere these two change nothing.
  fullfsync: 1,
  checkpoint_fullfsync: 1,
  foreign_keys: 1,
  // Code inside the file (views, triggers, defaults) gets no power over us.
  trusted_schema: 0,
  cell_size_check: 1,
} as const;

function create(database: Database.Database, shape: DatabaseShape, statements: readonly string[]): void {
  database.transaction(() => {
    for (const statement of statements) database.exec(statement);
    database.pragma(`application_id = ${shape.applicationId}`);
    database.pragma(`user_version = ${shape.userVersion}`);
  })();
}

function upgrade(database: Database.Database, shape: DatabaseShape): void {
  const before = earlierOf(shape, versionOf(database));
  if (before === undefined) return;
  create(
    database,
    shape,
    shape.schema.filter((statement) => !before.schema.includes(statement)),
  );
}

const earlierOf = ({ earlier = [] }: DatabaseShape, version: number) =>
  earlier.find(({ userVersion }) => userVersion === version);

const versionOf = (database: Database.Database): number =>
  Number(database.pragma('user_version', { simple: true }));

/** Also finds an added trigger that would bend what is stored from now on. */
function assertShape(database: Database.Database, shape: DatabaseShape, file: string): void {
  const version = versionOf(database);
  if (version > shape.userVersion) {
    throw new TidegateError(
      'state-too-new',
      `${file} has format ${version}; this Tidegate knows up to ${shape.userVersion}.`,
    );
  }
  const found = schemaOf(database);
  const { schema } = earlierOf(shape, version) ?? shape;
  const isOurs = Number(database.pragma('application_id', { simple: true })) === shape.applicationId;
  if (!isOurs || found.join('\n') !== [...schema].sort().join('\n')) {
    throw new TidegateError(shape.codes.broken, `${file} does not hold the tables that Tidegate made.`);
  }
}

const schemaOf = (database: Database.Database): readonly unknown[] =>
  database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').pluck().all().sort();

function assertVersion(database: Database.Database): void {
  const version = String(database.prepare('SELECT sqlite_version()').pluck().get());
  const parts = version.split('.').map(Number);
  for (const [index, least] of oldestSqlite.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new TidegateError(
        'internal',
        `SQLite ${version} is too old; ${oldestSqlite.join('.')} is needed.`,
      );
  }
}
