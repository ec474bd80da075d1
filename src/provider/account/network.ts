// The network that an address is of: what one who connects can change at will counts as one.
// https://www.rfc-editor.org/rfc/rfc6177
import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Of IPv6, what a household or a machine in a data centre is given. */
const groups = 3.5;

export function networkOf(address: string | undefined): string {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  if (isIPv4(plain)) return plain;
  if (!isIPv6(plain)) return 'unknown';
  const [head = '', tail = ''] = new SocketAddress({ address: plain, family: 'ipv6' }).address.split('::');
  const written = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));
  const missing = 8 - written(head).length - written(tail).length;
  const all = [...written(head), ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...written(tail)];
  const bits = all.map((group) => group.padStart(4, '0')).join('');
  return `${bits.slice(0, groups * 4)}/56`;
}
