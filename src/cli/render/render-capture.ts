import type { Capture } from '../../client/client.ts';
import type { Palette } from './palette.ts';
import { plainText } from './plain-text.ts';

/** A capture as people read it: what it is, then request and answer with what they contained. */
export const renderCapture = (capture: Capture, palette: Palette): string => {
  const { invocation, service, environment, release, why, ending, redacted } = capture;
  const taken = Object.entries(redacted).map(([name, count]) => `${count} × ${name}`);
  const rows: [string, string][] = [
    ['invocation', invocation],
    ['at', capture.at],
    ['service', `${service} in ${environment}`],
    ['release', release ?? 'none: the gateway answered by itself'],
    ['kept', `${why === 'sample' ? 'drawn' : 'because it failed'}, until ${capture.expiresAt}`],
    ['ended', ending],
    ['taken out', taken.length === 0 ? 'nothing' : taken.join(', ')],
  ];
  const { request, response } = capture;
  return [
    ...rows.map(([name, value]) => `${palette.dim(name.padEnd(12))} ${plainText(value)}`),
    '',
    ...message(`${request.method} ${request.path}`, request, palette),
    '',
    ...message(`answer ${response.status}`, response, palette),
  ].join('\n');
};

const message = (
  title: string,
  { headers, body }: Pick<Capture['request'], 'headers' | 'body'>,
  palette: Palette,
): string[] => [
  palette.bold(plainText(title)),
  ...Object.entries(headers).map(([name, value]) => palette.dim(plainText(`${name}: ${value}`))),
  ...bodyText(body).split('\n').map(plainText),
];

const bodyText = (body: Capture['request']['body']): string => {
  switch (body.kind) {
    case 'none':
      return 'no body';
    case 'left-out':
      return `the body is not kept: ${LEFT_OUT[body.why]}${body.bytes === null ? '' : ` (${body.bytes} bytes)`}`;
    case 'json':
      return JSON.stringify(body.value, null, 2) + cut(body.isCut);
    case 'text':
      return body.text + cut(body.isCut);
  }
};

const cut = (isCut: true | undefined): string => (isCut ? '\n(the end is missing)' : '');

const LEFT_OUT: Readonly<Record<(Capture['request']['body'] & { kind: 'left-out' })['why'], string>> = {
  'too-large': 'it was longer than traffic.capture.maxBytes',
  'not-text': 'it is no text',
  'not-json': 'it is no JSON, and members of JSON were to be taken out',
  unreadable: 'it is damaged or broke off, so nothing could be taken out',
  'passed-through': 'it was too long for the gateway to hold',
  'not-held': 'too many requests were being worked on to hold it',
  'from-cache': 'it came from the cache, or with the answer to another request',
};
