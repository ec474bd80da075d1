// Resources of several versions, and the requests that ask for them: three of one, a deleted one, a document and its bytes.
import { expect } from '@jest/globals';
import { type Body, baseUrl } from '../carnet.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document, vaccination } from '../resources.ts';
import { asked } from './asked.ts';
import type { RawReply } from './raw.ts';

export const never = 'aaaaaaaaaaaaa-bbbbbbbbbbbbb';

export type Versions = {
  readonly ground: Ground;
  /** `$kept`, `$gone`, `$paper` and `$bytes` stand for ids. */
  readonly pathed: (path: string) => string;
  readonly get: (
    path: string,
    name?: Parameters<Ground['as']>[0],
    headers?: Readonly<Record<string, string>>,
  ) => Promise<RawReply>;
  readonly put: (name: string, more: object) => Promise<void>;
  /** `kept 3` `gone 2 deleted`, in the order of the Bundle. */
  readonly told: (reply: Pick<RawReply, 'body'>) => readonly string[];
};

export const nextOf = ({ body }: RawReply): string | undefined =>
  body.link.find(({ relation }: Body) => relation === 'next')?.url.replace(baseUrl, '');

export async function openVersions(): Promise<Versions> {
  let now = new Date('2026-11-25T09:59:59Z');
  const at = (time: string): void => {
    now = new Date(`2026-11-25T${time}Z`);
  };
  const ground = await openGround({}, { clock: () => now });
  const ids = new Map<string, string>();
  const hospital = ground.as('hospital');
  const pathed = (path: string): string => path.replaceAll(/\$(\w+)/g, (_, name: string) => ids.get(name) ?? '');
  const immunization = (more: object = {}): object => vaccination(ground.key, { ...more });
  const put = async (name: string, more: object): Promise<void> => {
    const [path, body] = [pathed(`/Immunization/$${name}`), immunization({ id: ids.get(name), ...more })];
    expect((await asked(ground, 'hospital', 'PUT', path, { body })).status).toBe(200);
  };
  at('10:00:00');
  ids.set('gone', idIn(written(await hospital.post('/Immunization', immunization({ lotNumber: 'gone' })))));
  at('10:01:00');
  ids.set('kept', idIn(written(await hospital.post('/Immunization', immunization({ lotNumber: 'one' })))));
  at('10:02:00');
  await put('kept', { lotNumber: 'two' });
  at('10:03:00.500');
  await put('kept', { lotNumber: 'three', doseQuantity: { value: 1 } });
  at('10:04:00');
  expect((await hospital.delete(pathed('/Immunization/$gone'))).status).toBe(204);
  at('10:04:30');
  const made = written(await hospital.post('/DocumentReference', document(ground.key, '34112-3', {}, 'octets')));
  ids.set('paper', idIn(made)).set('bytes', made.body.content[0].attachment.url.split('/').at(-1));
  at('10:05:00');
  return {
    ground,
    pathed,
    put,
    get: async (path, name = 'doctor', headers = {}) => await asked(ground, name, 'GET', pathed(path), { headers }),
    told: ({ body }) => {
      const names = new Map([...ids].map(([name, id]) => [id, name]));
      return (body.entry ?? []).flatMap(({ fullUrl, response, resource }: Body) => {
        const name = names.get(fullUrl.split('/').at(-1));
        return name === undefined ? [] : [`${name} ${/\d+/.exec(response.etag)?.[0]}${resource === undefined ? ' deleted' : ''}`];
      });
    },
  };
}
