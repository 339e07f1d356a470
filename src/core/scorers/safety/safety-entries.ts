import { scorerEntry } from '../scorer-entry.ts';
import { ACTIVE_CONTENT, withoutActiveContent } from './active-content.ts';
import { withoutCanary } from './canary.ts';
import { PERSONAL_DATA, withoutPersonalData } from './personal-data.ts';
import { refusalAsExpected } from './refusal.ts';
import { withoutSecrets } from './secrets.ts';

const shared = { family: 'safety', input: 'output', version: 1, range: [0, 1], better: 'higher' } as const;

export const safetyEntries = {
  no_personal_data: scorerEntry({
    ...shared,
    agreesWith: 'python-stdnum 2.2',
    options: {
      kinds: {
        kind: 'choices',
        choices: PERSONAL_DATA,
        default: PERSONAL_DATA,
        says: 'what must not be there',
      },
    },
    make: withoutPersonalData,
  }),
  no_secrets: scorerEntry({ ...shared, agreesWith: null, options: {}, make: withoutSecrets }),
  no_active_content: scorerEntry({
    ...shared,
    agreesWith: null,
    options: {
      kinds: {
        kind: 'choices',
        choices: ACTIVE_CONTENT,
        default: ['script', 'image', 'invisible'],
        says: 'what must not be there',
      },
      allowedHosts: { kind: 'texts', default: [], says: 'hosts that links and images may go to' },
    },
    make: withoutActiveContent,
  }),
  no_canary: scorerEntry({
    ...shared,
    input: 'text',
    agreesWith: null,
    options: {
      disguised: { kind: 'boolean', default: true, says: 'find it reversed, spaced out and encoded, too' },
    },
    make: withoutCanary,
  }),
  refusal: scorerEntry({
    ...shared,
    input: 'text',
    agreesWith: null,
    options: { phrases: { kind: 'texts', default: [], says: 'further texts that mean no' } },
    make: refusalAsExpected,
  }),
} as const;
