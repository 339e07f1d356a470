/** What the filter reads of a mail. */
export interface MailText {
  /** The subject line, empty if there is none. */
  subject: string;
  /** All text parts, decoded; mark-up is replaced by one word per tag, so that "how it is dressed" counts too. */
  body: string;
}

/** Nobody writes mail nested deeper than this; hostile mail does. */
const MAX_PART_DEPTH = 8;

/**
 * Extracts the words a classifier should see from a raw mail (RFC 5322 headers, blank line, body).
 * Walks MIME parts, decodes quoted-printable and base64, and reads HTML parts as well as plain ones. Headers other than
 * the subject are left out on purpose: in a collected corpus they tell which mailbox a mail came from, not what it is.
 * Never throws; anything malformed is read as plain text.
 */
export function mailText(raw: string): MailText {
  const bodies: string[] = [];
  const subject = collectText(raw, 0, bodies);
  return { subject, body: bodies.join('\n') };
}

function collectText(part: string, depth: number, bodies: string[]): string {
  const { head, body } = splitHead(part);
  const contentType = headerValue(head, 'content-type') ?? 'text/plain';
  const boundary = /boundary\s*=\s*(?:"([^"\n]+)"|([^\s;]+))/i.exec(contentType);
  const isMultipart = /^\s*multipart\//i.test(contentType);

  if (isMultipart && boundary !== null && depth < MAX_PART_DEPTH) {
    const [, ...children] = body.split(`--${boundary[1] ?? boundary[2]}`);
    for (const child of children) {
      if (!child.startsWith('--')) collectText(child.replace(/^[ \t]*\r?\n/, ''), depth + 1, bodies);
    }
  } else if (/^\s*text\/html/i.test(contentType)) {
    bodies.push(wordsOfHtml(decode(body, head)));
  } else if (isMultipart || /^\s*(text\/plain|[^/]*$)/i.test(contentType)) {
    bodies.push(decode(body, head));
  }
  return headerValue(head, 'subject') ?? '';
}

function splitHead(part: string): { head: string; body: string } {
  const blank = /\r?\n\r?\n/.exec(part);
  if (blank === null) return { head: part, body: '' };
  return { head: part.slice(0, blank.index), body: part.slice(blank.index + blank[0].length) };
}

function headerValue(head: string, name: string): string | undefined {
  const found = new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head);
  return found?.[1]?.replace(/\s+/g, ' ');
}

function decode(body: string, head: string): string {
  const encoding = headerValue(head, 'content-transfer-encoding')?.trim().toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1');
  if (encoding !== 'quoted-printable') return body;
  return body
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A tag ends at the next `<` too: searching on for its `>` takes quadratic time on a mail full of `<`. */
function wordsOfHtml(html: string): string {
  return html
    .replace(/<(\/?[a-z!][a-z0-9-]{0,15})([^<>]*)>/gi, (_, name: string, attributes: string) =>
      name.startsWith('/') || name.startsWith('!') ? ' ' : ` html${name} ${hostsOf(attributes)} `,
    )
    .replace(/&#?[a-z0-9]{1,8};/gi, ' ');
}

/** Where links and pictures point to is worth more to a filter than how they are written. */
function hostsOf(attributes: string): string {
  const hosts = attributes.match(/https?:\/\/[^\s"'>/]{1,100}/gi);
  return hosts === null ? '' : hosts.join(' ');
}
