/** What must never be found on a disk. None of it belongs to anybody: digits and letters are made so that the checks pass. */
const random = 'qT7vLm2XbN9sRw4KzY1cHd8JfG5pUe3A';

export const PLANTED = {
  card: '4111 1111 1111 1111',
  bareCard: '5555555555554444',
  iban: 'DE89 3704 0044 0532 0130 00',
  email: 'jane.doe@mailbox.org',
  phone: '+49 30 901820',
  openAiKey: `sk-proj-${random}T3BlbkFJ${random}`,
  awsKey: 'AKIAQ3EGWZXNMTUVR5K7',
  bearer: `Bearer ${random}.${random}`,
  token: `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.${random}`,
  password: 'correct-horse-7!',
  ownKey: `tgk_${random}`,
  keyBlock: `-----BEGIN PRIVATE KEY-----\nMIIEvQ${random}\n${random}\n-----END PRIVATE KEY-----`,
} as const;

/** The pieces of it that would give it away. */
export const GIVEAWAYS: readonly string[] = [
  '4111',
  '5555555555554444',
  '0532 0130',
  'jane.doe',
  '901820',
  random,
  'AKIAQ3EGWZ',
  'correct-horse',
];
