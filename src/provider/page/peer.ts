// The network address that a request comes from: of who connects, or what proxies that are known say of him.
// https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Addresses or networks (`10.0.0.0/8`). Throws where one is neither. */
export function proxiesOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, ...more] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const prefix = bits === undefined ? most : Number(bits);
    if (isIP(address) === 0 || more.length > 0 || !/^\d+$/.test(bits ?? '0') || prefix > most)
      throw new Error('no address or network');
    list.addSubnet(address, prefix, family);
  }
  return list;
}

export function peerOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>, proxies: BlockList): string | undefined {
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  // The last is who connected to the nearest proxy: what stands before is believed of a proxy alone.
  const hops = [...forwarded, plain(socket.remoteAddress ?? '')];
  return hops.findLast((hop, at) => at === 0 || !isProxy(hop, proxies));
}

function isProxy(hop: string, proxies: BlockList): boolean {
  const address = plain(hop);
  return isIP(address) !== 0 && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
