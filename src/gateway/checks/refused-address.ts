import { BlockList, isIP } from 'node:net';

/**
 * Where machines tell their secrets to whoever asks: link-local addresses, and the metadata services of clouds that answer
 * elsewhere. (169.254.0.0/16 is AWS, Azure, Google and most others; fd00:ec2::254 AWS over IPv6; 100.100.100.200 Alibaba;
 * 168.63.129.16 Azure's host agent; 192.0.0.192 Oracle.)
 */
const refused = new BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addAddress('100.100.100.200', 'ipv4');
refused.addAddress('168.63.129.16', 'ipv4');
refused.addAddress('192.0.0.192', 'ipv4');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');
refused.addAddress('fd20:ce::254', 'ipv6');
// The same IPv4 addresses as 6to4 writes them, which puts them first.
refused.addSubnet('2002:a9fe::', 32, 'ipv6');
refused.addSubnet('2002:6464:64c8::', 48, 'ipv6');
refused.addSubnet('2002:a83f:8110::', 48, 'ipv6');
refused.addSubnet('2002:c000:c0::', 48, 'ipv6');

/** Prefixes under which IPv6 carries an IPv4 address in its last 32 bits: mapped, compatible, NAT64. */
const CARRIERS = [new BlockList(), new BlockList(), new BlockList()];
CARRIERS[0]!.addSubnet('::ffff:0:0', 96, 'ipv6');
CARRIERS[1]!.addSubnet('::', 96, 'ipv6');
CARRIERS[2]!.addSubnet('64:ff9b::', 96, 'ipv6');

const REFUSED_NAMES =
  /^(metadata|metadata\.google\.internal|instance-data|instance-data\.ec2\.internal)\.?$/i;

/** True for an IP address that checks and judges must not reach. */
export function isRefusedIp(address: string): boolean {
  const [bare] = address.split('%', 1) as [string];
  const family = isIP(bare);
  if (family === 0) return false;
  if (family === 4) return refused.check(bare, 'ipv4');
  if (refused.check(bare, 'ipv6')) return true;
  const inner = CARRIERS.some((carrier) => carrier.check(bare, 'ipv6')) ? carriedIpv4(bare) : null;
  return inner !== null && refused.check(inner, 'ipv4');
}

/** True for an address (URL) that names such a host. A name may still lead there: that shows when it is looked up. */
export function isRefusedUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return isRefusedIp(hostname.replace(/^\[|\]$/g, '')) || REFUSED_NAMES.test(hostname);
}

function carriedIpv4(ipv6: string): string {
  // The URL parser writes every IPv6 address in its one shortest form, with the last 32 bits as two groups.
  const { hostname } = new URL(`http://[${ipv6}]`);
  const groups = hostname.slice(1, -1).split(':');
  const [high, low] = [groups.at(-2), groups.at(-1)].map((group) => Number.parseInt(group || '0', 16)) as [
    number,
    number,
  ];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
