/**
 * The check of GitHub's and npm's tokens: the last six of 36 characters are the CRC-32 of the others in base 62 (GitHub, "Behind
 * GitHub's new authentication token formats", 2021). `body` is the token without its prefix.
 */
export const hasTokenChecksum = (body: string): boolean => {
  const checksum = body.slice(-6);
  let value = 0;
  for (let i = 0; i < checksum.length; i += 1) value = value * 62 + BASE_62.indexOf(checksum[i]!);
  return value === crc32(body.slice(0, -6));
};

const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Of ASCII, with the polynomial of Ethernet and zip. */
const crc32 = (text: string): number => {
  let crc = -1;
  for (let i = 0; i < text.length; i += 1) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
};
