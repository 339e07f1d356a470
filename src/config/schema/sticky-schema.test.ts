import { describe, expect, it } from 'vitest';
import { stickySchema } from './sticky-schema.ts';

describe('traffic.sticky', () => {
  it.each<[unknown, unknown]>([
    [undefined, undefined],
    [{ header: 'X-User' }, { by: 'header', name: 'x-user' }],
    [
      { cookie: 'Uid', unit: 'request' },
      { by: 'cookie', name: 'Uid', unit: 'request' },
    ],
    [{ field: '/user' }, { by: 'field', name: '/user' }],
    [{ claim: 'https://example.com/id' }, { by: 'claim', name: 'https://example.com/id' }],
    [
      { from: [{ claim: 'sub' }, { field: '/user' }, { cookie: 'uid' }] },
      {
        by: 'claim',
        name: 'sub',
        otherwise: [
          { by: 'field', name: '/user' },
          { by: 'cookie', name: 'uid' },
        ],
      },
    ],
    [
      { from: [{ header: 'x-conversation' }, { conversation: 'body' }] },
      {
        by: 'header',
        name: 'x-conversation',
        otherwise: [
          { by: 'field', name: '/conversation/id' },
          { by: 'field', name: '/conversation' },
          { by: 'field', name: '/metadata/conversation_id' },
          { by: 'field', name: '/metadata/session_id' },
          { by: 'field', name: '/metadata/thread_id' },
        ],
      },
    ],
  ])('%j', (written, read) => {
    expect(stickySchema.parse(written)).toEqual(read);
  });
});
