/** A head the ledger once had. Kept beside the ledger, it shows when the ledger's end was cut off or rewritten. */
export interface Checkpoint {
  readonly epoch: number;
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

const origin = 'tidegate/ledger/v1';

/** The text of a note: origin, number of records, head hash in base64, epoch; a line each. */
export const checkpointText = ({ epoch, seq, hash }: Checkpoint): string =>
  `${origin}\n${seq}\n${Buffer.from(hash, 'hex').toString('base64')}\nepoch ${epoch}\n`;

/** Null when the text is not exactly what `checkpointText` writes. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const match = /^[^\n]+\n(\d{1,16})\n([A-Za-z0-9+/]{43}=)\nepoch (\d{1,16})\n$/.exec(text);
  if (!match) return null;
  const checkpoint = {
    epoch: Number(match[3]),
    seq: Number(match[1]),
    hash: Buffer.from(match[2] ?? '', 'base64').toString('hex'),
  };
  return checkpointText(checkpoint) === text ? checkpoint : null;
}
