// The network address that a request comes from: of who connects, or what proxies that are known say of him.
// https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

type Network = { readonly address: string; readonly bits: number; readonly family: 'ipv4' | 'ipv6' };

/** An address, or a network as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  return networkIn(text) !== undefined;
}

function networkIn(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (more.length > 0 || prefix < 0 || prefix > most) return undefined;
  return { address, bits: prefix, family: most === 128 ? 'ipv6' : 'ipv4' };
}

export function proxiesOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const { address, bits, family } of networks.flatMap((one) => networkIn(one) ?? [])) list.addSubnet(address, bits, family);
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
