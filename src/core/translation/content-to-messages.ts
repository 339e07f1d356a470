import { readDataUrl } from './data-url.ts';
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

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/** What a message of chat says, as blocks of Messages. `allowed`: types of parts that may stand there. */
export function contentToMessages(
  content: unknown,
  at: string,
  findings: Findings,
  allowed: readonly string[],
): Data[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  const blocks: Data[] = [];
  readList(content, at, findings, (part, path) => {
    const type = isData(part) ? part.type : undefined;
    if (typeof type !== 'string' || !allowed.includes(type)) {
      refuse(findings, isData(part) ? `${path}.type` : path, 'is no part that the release takes there');
      return;
    }
    const block = blockOf(type, part as Data, path, findings);
    if (block !== null) blocks.push(block);
  });
  return blocks;
}

function blockOf(type: string, part: Data, at: string, findings: Findings): Data | null {
  let block: Data | null = null;
  switch (type) {
    case 'text':
      readMembers(part, at, findings, {
        type: readElsewhere,
        text: (value, path) => {
          block = { type: 'text', text: readText(value, path, findings) };
        },
        prompt_cache_breakpoint: hint(findings, 'prompt_cache_breakpoint'),
      });
      break;
    case 'refusal':
      readMembers(part, at, findings, {
        type: readElsewhere,
        refusal: (value, path) => {
          block = { type: 'text', text: readText(value, path, findings) };
        },
      });
      break;
    case 'image_url':
      readMembers(part, at, findings, {
        type: readElsewhere,
        image_url: (value, path) =>
          readMembers(value, path, findings, {
            url: (url, urlPath) => {
              block = imageOf(readText(url, urlPath, findings), urlPath, findings);
            },
            detail: (detail) => {
              if (detail !== 'auto') findings.leftOut.add('image_url.detail');
            },
          }),
      });
      break;
    case 'file':
      readMembers(part, at, findings, {
        type: readElsewhere,
        file: (value, path) => {
          block = documentOf(value, path, findings);
        },
      });
      break;
  }
  if (block === null) refuse(findings, at, 'is not complete');
  return block;
}

function imageOf(url: string, at: string, findings: Findings): Data {
  if (/^https?:\/\//i.test(url)) return { type: 'image', source: { type: 'url', url } };
  const image = readDataUrl(url);
  if (image === null) refuse(findings, at, 'is neither the address of an image nor one in base64');
  else if (!IMAGE_TYPES.includes(image.mediaType))
    refuse(findings, at, `has a type other than ${IMAGE_TYPES.join(', ')}`);
  return { type: 'image', source: { type: 'base64', media_type: image?.mediaType, data: image?.data } };
}

function documentOf(file: unknown, at: string, findings: Findings): Data | null {
  let document: Data | null = null;
  let title: string | null = null;
  readMembers(file, at, findings, {
    filename: (value, path) => {
      title = readText(value, path, findings);
    },
    file_data: (value, path) => {
      const read = readDataUrl(readText(value, path, findings));
      onlyIf(findings, 'application/pdf')(read?.mediaType, `${path} (type of the file)`);
      document = {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: read?.data },
      };
    },
  });
  return document === null || title === null ? document : { ...(document as Data), title };
}
