import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Label, type Mail, readCorpus } from './training/corpus.ts';

/** One line of `golden.jsonl`. */
export interface GoldenCase {
  id: string;
  /** The body to post to the service: the Open Inference Protocol's, with one mail. */
  input: { inputs: [{ name: 'mail'; shape: [1]; datatype: 'BYTES'; data: [string] }] };
  /** What the service must answer in `outputs[name=label].data[0]`. */
  expected: Label;
  /** Period and group of the mail, to slice results by. */
  tags: string[];
}

const MAX_MAIL_CHARACTERS = 8_000;
const CASES = 420;

/**
 * The golden set as somebody once collected it: from an archive viewer that shows text, so short mails without any HTML part.
 * That live mail has other kinds too is not an oversight of this file but what the
 * example is about: a golden set only speaks for the mail in it.
 */
export function goldenCases(): GoldenCase[] {
  const suitable = readCorpus().filter(
    (mail) => mail.use === 'golden' && mail.text.length <= MAX_MAIL_CHARACTERS && !hasHtmlPart(mail),
  );
  // Stable sort: spam first, for there is less of it without HTML, then later mail before early mail.
  const ranked = suitable.toSorted((one, other) => rankOf(one) - rankOf(other));
  return ranked.slice(0, CASES).map((mail) => ({
    id: mail.id,
    input: { inputs: [{ name: 'mail', shape: [1], datatype: 'BYTES', data: [mail.text] }] },
    expected: mail.label,
    tags: [mail.period, mail.id.slice(0, mail.id.indexOf('/'))],
  }));
}

function rankOf(mail: Mail): number {
  return (mail.label === 'spam' ? 0 : 2) + (mail.period === 'later' ? 0 : 1);
}

/** True if any part of the mail says that it is HTML. */
export function hasHtmlPart(mail: { text: string }): boolean {
  return /^content-type:\s*text\/html/im.test(mail.text);
}

/** The file's content: one JSON object a line. */
export function goldenFile(): string {
  return goldenCases()
    .map((goldenCase) => `${JSON.stringify(goldenCase)}\n`)
    .join('');
}

function main(): void {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'golden.jsonl' } } });
  const content = goldenFile();
  writeFileSync(values.out, content);
  console.error(
    `Wrote ${goldenCases().length} cases, ${Buffer.byteLength(content)} bytes, to ${values.out}.`,
  );
}

if (import.meta.main) main();
