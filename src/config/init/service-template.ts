import { SERVICE_DEFAULTS } from '../defaults.ts';
import { INPUT } from '../placeholder.ts';
import type { DetectedProject } from './detect-project.ts';

export interface TemplateOptions {
  /** Where an editor finds the JSON Schema, relative to the file; null leaves the line out. */
  readonly schemaPath: string | null;
}

/** A commented tidegate.yaml for a project. Valid as soon as the files it names exist. */
export const serviceTemplate = (project: DetectedProject, { schemaPath }: TemplateOptions): string =>
  [
    ...(schemaPath === null ? [] : [`# yaml-language-server: $schema=${schemaPath}`]),
    `# How Tidegate seals, runs and judges this service. \`tidegate validate\` checks this file.`,
    ...origin(project),
    '',
    '# The name applications call it by: lower-case letters, digits, hyphens.',
    `service: ${project.service}`,
    '# What it speaks: open-inference (Open Inference Protocol v2), openai, or http for anything else.',
    `protocol: ${project.routes.protocol}`,
    '',
    ...components(project),
    '',
    ...serving(project),
    '',
    ...evaluation(project),
    '',
    ...rest(project),
    '',
  ].join('\n');

const origin = ({ kind, program, hasDockerfile }: DetectedProject): string[] => {
  switch (kind) {
    case 'python':
    case 'node':
      return [
        `# Written for a ${program?.framework} project${program?.hasEntry ? '' : ', but no start file was found: correct `command` below'}.`,
        ...(hasDockerfile
          ? [
              '# The Dockerfile is not used: there is no container runtime yet, so the program runs as a process.',
            ]
          : []),
      ];
    case 'docker':
      return [
        '# Written for a project with a Dockerfile. There is no container runtime yet: start the container yourself and',
        '# give its address below, or replace `external` by `run` with a command that starts the program without one.',
      ];
    case 'unknown':
      return ['# No Python, Node.js or Docker project was recognised here: correct the command below.'];
  }
};

const components = ({ kind, program, parts }: DetectedProject): string[] => {
  const lines: string[] = [];
  if (kind !== 'docker')
    lines.push(
      '  # The program. Without `files`, everything git tracks; in a folder without git, everything but node_modules and the like.',
      ...(program?.install == null
        ? [
            '  # code:',
            '  #   files: ["src/**", requirements.txt]',
            '  #   install: ...   # runs once for each state of the code',
          ]
        : [
            '  code:',
            '    # Runs once for each state of the code.',
            `    install: ${text(program.install)}`,
          ]),
    );
  const active = lines.some((line) => !/^\s*#/.test(line)) || parts.model !== null || parts.prompt !== null;
  const part = (name: string, path: string | null): string =>
    path === null ? `  # ${name}: ${name}/` : `  ${name}: ${text(path)}`;
  lines.push(
    '  # Other parts of a release: files or folders that are digested, compared and rolled back on their own.',
  );
  lines.push(
    part('model', parts.model),
    part('prompt', parts.prompt),
    '  # index: index/',
    '  # data: data/',
    '  # config: config/',
  );
  // A map with nothing but comments in it would be empty, which is no map.
  return [
    '# What makes up a release. It travels and rolls back together.',
    active ? 'components:' : '# components:',
    ...lines,
  ];
};

const serving = ({ kind, program, routes }: DetectedProject): string[] => {
  const usual = SERVICE_DEFAULTS.readyPath[routes.protocol];
  const ready = routes.ready ?? usual;
  const doubt =
    routes.ready === null
      ? [
          `  # No health check was recognised in the source: name the path that answers 2xx once it can serve.`,
        ]
      : ['  # Answers 2xx once it can serve.'];
  if (kind === 'docker')
    return [
      '# Somebody else runs it; Tidegate routes to it, compares and switches back.',
      'external:',
      '  address: http://127.0.0.1:8000',
      ...doubt,
      `  ready: ${text(ready)}`,
      '  # A path whose answer changes when something else runs there.',
      '  # fingerprint: /version',
    ];
  const env = Object.entries(program?.env ?? {});
  return [
    'run:',
    '  # Starts one replica, which listens on $HOST:$PORT; Tidegate sets both.',
    `  command: ${text(program?.command ?? './server')}`,
    '  replicas: 1',
    ...doubt,
    `  ready: ${text(ready)}`,
    ...(env.length === 0
      ? ['  # env: {LOG_LEVEL: info}']
      : ['  env:', ...env.map(([name, value]) => `    ${name}: ${text(value)}`)]),
    '  # By reference only; looked up when a replica starts, never stored.',
    '  # secrets: {API_KEY: env:MY_API_KEY}',
    '  # limits: {memory: 512MiB, cpu: 1}',
  ];
};

const evaluation = ({ golden, routes }: DetectedProject): string[] => {
  const lines = [
    'evaluate:',
    '  # One case a line: {"id": "1", "input": ..., "expected": "label"}.',
    `  golden: ${text(golden ?? 'golden.jsonl')}`,
    ...(routes.protocol === 'http'
      ? [
          '  # What is sent for each case, and where in the answer the label stands (a JSON pointer).',
          `  request: {path: ${text(routes.predict ?? '/predict')}, body: {text: ${text(INPUT)}}}`,
          '  answer: /label',
        ]
      : []),
  ];
  const why =
    '# The evaluation before any traffic. What it must show is up to the policy of each environment.';
  return [why, ...(golden === null ? lines.map((line) => `# ${line}`) : lines)];
};

const rest = ({ kind }: DetectedProject): string[] => [
  '# traffic:',
  '#   sticky: {header: x-user-id}   # keeps a user on one release during a rollout',
  '#   slow: 500ms                   # slower answers count against a release',
  '',
  '# environments:',
  `#   production: {${kind === 'docker' ? '' : 'replicas: 3, '}strategy: {canary: [5%, 25%, 100%]}}`,
];

/** A YAML scalar: plain where that is safe to read back as the same text, else in double quotes. */
const text = (value: string): string =>
  /^[A-Za-z./][\w ./=-]*$/.test(value) && !/^(true|false|null|~)$/i.test(value) && value.trim() === value
    ? value
    : JSON.stringify(value);
