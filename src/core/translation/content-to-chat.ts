import { type Findings, refuse } from './findings.ts';
import {
  type Data,
  hint,
  isData,
  onlyIf,
  readElsewhere,
  readList,
  readMembers,
  readText,
} from './read-members.ts';

/** A text, or a list of blocks of text, as one text for each block. */
export function textsOf(content: unknown, at: string, findings: Findings): string[] {
  if (typeof content === 'string') return [content];
  const texts: string[] = [];
  readList(content, at, findings, (block, path) => {
    onlyIf(findings, 'text')(isData(block) ? block.type : undefined, `${path}.type`);
    if (findings.refusal === null) texts.push(readTextBlock(block, path, findings));
  });
  return texts;
}

export function readTextBlock(block: unknown, at: string, findings: Findings): string {
  let text = '';
  readMembers(block, at, findings, {
    type: readElsewhere,
    text: (value, path) => {
      text = readText(value, path, findings);
    },
    cache_control: hint(findings, 'cache_control'),
    citations: (value, path) => {
      if (!Array.isArray(value) || value.length > 0)
        refuse(findings, path, 'has no counterpart in the interface of the release');
    },
  });
  return text;
}

/** The content of chat for some texts: one text is a plain one. */
export const chatTexts = (texts: readonly string[]): string | Data[] =>
  texts.length === 1 ? texts[0]! : texts.map((text) => ({ type: 'text', text }));

/** A block that a user may send, beside results of tools, as a part of chat. */
export function partOf(block: Data, at: string, findings: Findings): Data {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: readTextBlock(block, at, findings) };
    case 'image':
      return imagePart(block, at, findings);
    case 'document':
      return filePart(block, at, findings);
    default:
      refuse(findings, `${at}.type`, 'is no block that the release takes there');
      return {};
  }
}

function imagePart(block: Data, at: string, findings: Findings): Data {
  let url = '';
  readMembers(block, at, findings, {
    type: readElsewhere,
    cache_control: hint(findings, 'cache_control'),
    source: (value, path) => {
      url = sourceUrl(value, path, findings, ['base64', 'url']);
    },
  });
  return { type: 'image_url', image_url: { url } };
}

function filePart(block: Data, at: string, findings: Findings): Data {
  const file: Record<string, unknown> = {};
  readMembers(block, at, findings, {
    type: readElsewhere,
    cache_control: hint(findings, 'cache_control'),
    title: (value, path) => {
      file.filename = readText(value, path, findings);
    },
    citations: (value, path) => readMembers(value, path, findings, { enabled: onlyIf(findings, false) }),
    source: (value, path) => {
      onlyIf(findings, 'application/pdf')(isData(value) ? value.media_type : undefined, `${path}.media_type`);
      file.file_data = sourceUrl(value, path, findings, ['base64']);
    },
  });
  return { type: 'file', file };
}

/** The address of a source, or a `data:` URL that holds it. */
function sourceUrl(source: unknown, at: string, findings: Findings, kinds: readonly string[]): string {
  let mediaType = '';
  let data = '';
  let url = '';
  readMembers(source, at, findings, {
    type: onlyIf(findings, ...kinds),
    media_type: (value, path) => {
      mediaType = readText(value, path, findings);
    },
    data: (value, path) => {
      data = readText(value, path, findings);
    },
    url: (value, path) => {
      url = readText(value, path, findings);
    },
  });
  return url === '' ? `data:${mediaType};base64,${data}` : url;
}
