/**
 * The import direction of docs/architecture.md. A layer may import itself, `errors.ts` and what `mayImport` lists; anything else
 * inside src/ is an error. Tests, contract suites and testing/ folders are free to reach for real parts above them.
 */
const mayImport = {
  core: [],
  ports: ['core'],
  telemetry: ['core'],
  config: ['core'],
  evaluate: ['core', 'ports'],
  // Data is read by the readers of golden sets.
  data: ['core', 'evaluate'],
  registry: ['core', 'ports', 'config'],
  engine: ['core', 'ports'],
  gateway: ['core', 'ports', 'telemetry'],
  adapters: ['core', 'ports', 'config', 'telemetry'],
  simulator: ['core', 'ports', 'engine'],
  api: ['core', 'ports', 'config', 'telemetry', 'engine', 'registry', 'package-version.ts'],
  // The client shares the schemas of the API, never its handlers. Of the core it sees types alone (below).
  client: ['api/schemas', 'core'],
  cli: [
    'client',
    'config',
    'data',
    'evaluate',
    'registry',
    'simulator',
    'telemetry',
    'core',
    'compose.ts',
    'up.ts',
    'down.ts',
    'package-version.ts',
  ],
};

/** Doors between neighbours: from here, and from nowhere else in the layer, this too may be imported. */
const doors = {
  config: [
    // What is sealed as valid must be what a gateway can run, so both compile it with the same few functions.
    {
      from: 'config/check-problem.ts',
      to: ['gateway/checks/compile/', 'gateway/checks/refused-address.ts'],
    },
  ],
  adapters: [
    // The control plane's end of the link speaks the frames and writes the configuration that a gateway process reads.
    { from: 'adapters/gateways/', to: ['gateway/'] },
    // The port for work outside the engine is answered by sealing and evaluating.
    { from: 'adapters/work/', to: ['registry/', 'evaluate/'] },
  ],
  simulator: [
    // The whole system in virtual time: what gateways decide, over ports that live in memory.
    { from: 'simulator/system/', to: ['gateway/', 'adapters/memory/'] },
  ],
  // `tidegate trace` shows what gateways wrote into the invocation log, and beside it.
  api: [{ from: 'api/', to: ['gateway/invocation-log/', 'gateway/capture/'] }],
};

const spared = '[.](test|contract)[.]tsx?$|[.-]fixture[.]ts$|/testing/';
const inSrc = (path) =>
  path.endsWith('.ts') ? `^src/${path.replaceAll('.', '[.]')}$` : `^src/${path.replace(/\/?$/, '/')}`;

const layers = Object.entries(mayImport).map(([layer, allowed]) => ({
  name: `${layer}-imports-downwards`,
  comment: `src/${layer} may import ${['itself', 'errors.ts', ...allowed].join(', ')}.`,
  severity: 'error',
  from: {
    path: inSrc(layer),
    pathNot: [spared, ...(doors[layer] ?? []).map((door) => inSrc(door.from))],
  },
  to: { path: '^src/', pathNot: [layer, 'errors.ts', ...allowed].map(inSrc) },
}));

const throughDoors = Object.entries(doors).flatMap(([layer, ofLayer]) =>
  ofLayer.map((door) => ({
    name: `${door.from.replaceAll('/', '-')}door`,
    comment: `src/${door.from} may import ${[...mayImport[layer], ...door.to].join(', ')}.`,
    severity: 'error',
    from: { path: inSrc(door.from), pathNot: spared },
    to: { path: '^src/', pathNot: [layer, 'errors.ts', ...mayImport[layer], ...door.to].map(inSrc) },
  })),
);

export default {
  forbidden: [
    ...layers,
    ...throughDoors,
    {
      name: 'adapters-are-strangers',
      comment: 'One adapter never imports another, so that each can be left out.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/', pathNot: spared },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'errors-import-nothing',
      severity: 'error',
      from: { path: '^src/errors[.]ts$' },
      to: { path: '.' },
    },
    {
      name: 'core-is-pure',
      comment: 'Rules are functions over data: no library, and of Node.js only hashing.',
      severity: 'error',
      from: { path: '^src/(core|ports)/', pathNot: spared },
      to: { dependencyTypesNot: ['local'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'engine-acts-through-ports',
      comment: 'The engine reaches the world, the clock and chance only through ports.',
      severity: 'error',
      from: { path: '^src/engine/', pathNot: spared },
      to: { dependencyTypesNot: ['local'], pathNot: '^(node:)?(crypto|path)$' },
    },
    {
      name: 'gateway-without-database-or-framework',
      comment: 'The data plane keeps serving whatever the control plane and its database do.',
      severity: 'error',
      from: { path: '^src/gateway/', pathNot: spared },
      to: { path: 'node_modules/(better-sqlite3|kysely|pg|hono|@hono)/' },
    },
    {
      name: 'database-only-in-its-adapter',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/adapters/sqlite/|${spared}` },
      to: { path: 'node_modules/better-sqlite3/' },
    },
    {
      name: 'adapters-are-chosen-at-the-top',
      comment:
        'Which adapters there are is known to compose.ts and the files beside it, and to no folder; the simulated system has its own.',
      severity: 'error',
      from: { path: '^src/(?!adapters/)[^/]+/', pathNot: `^src/simulator/system/|${spared}` },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'web-knows-only-the-client',
      comment:
        'The page talks to the API like anybody else, with the shapes and sentences of the typed client.',
      severity: 'error',
      from: { path: '^web/', pathNot: spared },
      to: { path: '^src/', pathNot: '^src/client/' },
    },
    {
      name: 'client-runs-in-a-browser',
      comment: 'The page loads the client, and the client the schemas: neither may need Node.js.',
      severity: 'error',
      from: { path: '^src/(client|api/schemas)/', pathNot: spared },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'schemas-load-no-server',
      comment: 'A schema may name the type that it describes, and load nothing of what makes it.',
      severity: 'error',
      from: { path: '^src/api/schemas/', pathNot: spared },
      to: {
        path: '^src/',
        pathNot: '^src/(api/schemas|core)/|^src/errors[.]ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'client-decides-nothing',
      comment: 'Rules run in the control plane; the client knows only their shapes.',
      severity: 'error',
      from: { path: '^src/client/', pathNot: spared },
      to: { path: '^src/core/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-does-not-lean-on-its-surroundings',
      comment: 'What is published must not need what is not.',
      severity: 'error',
      from: { path: '^src/', pathNot: spared },
      to: { path: '^(test|examples|bench|scripts|web)/' },
    },
    {
      name: 'no-test-in-product',
      severity: 'error',
      from: { path: '^src/', pathNot: spared },
      to: { path: spared },
    },
    {
      name: 'no-development-dependency-in-product',
      severity: 'error',
      from: { path: '^src/', pathNot: spared },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: { path: '^(src|web|scripts|examples|bench)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      comment: 'An example brings its own dependencies, which are installed only when it runs.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(onnxruntime-node|node-llama-cpp)$' },
    },
  ],
  options: {
    // Run it with scripts/typescript-for-tools.ts, for TypeScript 7 has no API for tools.
    parser: 'tsc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(web/)?dist/', '^examples/[^/]+/node_modules/', '[.]golden[.]json$'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
    builtInModules: { add: ['node:sqlite', 'node:test'] },
  },
};
