/** A content address: `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

const pattern = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: string): text is Digest => pattern.test(text);

/** The first twelve digits, as people read it. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);
