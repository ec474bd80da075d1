import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { finds, rowOf } from './world.ts';

const set = (url: unknown): ReturnType<typeof rowOf> => rowOf({ resourceType: 'ValueSet', id: 'v', url });
const asks = async (stored: string, search: string): Promise<boolean> => await finds('ValueSet', search, set(stored));

describe('uri', () => {
  test.each([
    ['http://acme.org/fhir/ValueSet/123', 'url=http://acme.org/fhir/ValueSet/123', true],
    ['http://acme.org/fhir/ValueSet/123', 'url=http://acme.org/fhir/ValueSet/123/', false],
    ['http://acme.org/fhir/ValueSet/123', 'url=http://acme.org/fhir/ValueSet/12', false],
    ['http://acme.org/fhir/ValueSet/123', 'url=http://ACME.org/fhir/ValueSet/123', false],
    ['http://acme.org/fhir/ValueSet/123', 'url=http://acme.org/x,http://acme.org/fhir/ValueSet/123', true],
    ['http://acme.org/été', 'url=http://acme.org/ete', false],
    ['http://acme.org/a,b', 'url=http://acme.org/a\\,b', true],
    ['urn:oid:1.2.3.4.5', 'url=urn:oid:1.2.3.4.5', true],
    ['urn:oid:1.2.3.4.5', 'url=urn:oid:1.2.3.4', false],
    ['http://acme.org/s|1.0', 'url=http://acme.org/s|1.0', true],
    ['http://acme.org/s|1.0', 'url=http://acme.org/s', true],
    ['http://acme.org/s|1.0', 'url=http://acme.org/s|1', false],
    ['http://acme.org/s', 'url=http://acme.org/s|1.0', false],
    ['http://acme.org/fhir/ValueSet/123', 'url:below=http://acme.org/fhir/', true],
    ['http://acme.org/fhir/ValueSet/123', 'url:below=http://acme.org/fhir', true],
    ['http://acme.org/fhirx/ValueSet/123', 'url:below=http://acme.org/fhir', false],
    ['http://acme.org/fhir', 'url:below=http://acme.org/fhir', true],
    ['http://acme.org/fhir', 'url:below=http://acme.org/fhir/', false],
    ['http://acme.org/fhir/ValueSet/123', 'url:below=http://acme.org', true],
    ['http://acme.org.evil.net/fhir', 'url:below=http://acme.org', false],
    ['http://acme.org/fhir?a=b', 'url:below=http://acme.org/fhir', true],
    ['http://acme.org/fhir#part', 'url:below=http://acme.org/fhir', true],
    ['http://acme.org/s|1.0', 'url:below=http://acme.org/s', true],
    ['http://acme.org/s|1.0', 'url:below=http://acme.org/s|1', true],
    ['http://acme.org/s|2.0', 'url:below=http://acme.org/s|1', false],
    ['http://acme.org/s|10.0', 'url:below=http://acme.org/s|1', false],
    ['http://acme.org/fhir/ValueSet/123', 'url:above=http://acme.org/fhir/ValueSet/123/_history/5', true],
    ['http://acme.org/fhir/ValueSet/123/_history/5', 'url:above=http://acme.org/fhir/ValueSet/123/_history/5', true],
    ['http://acme.org/fhir/', 'url:above=http://acme.org/fhir/ValueSet/123/_history/5', true],
    ['http://acme.org', 'url:above=http://acme.org/fhir', true],
    ['http://acme.org/fhir/ValueSet/12', 'url:above=http://acme.org/fhir/ValueSet/123', false],
    ['http://acme.org/fhir/ValueSet/124', 'url:above=http://acme.org/fhir/ValueSet/123/_history/5', false],
    ['http:', 'url:above=http://acme.org/fhir', false],
    ['http://acme.org/s', 'url:above=http://acme.org/s|1.0', true],
    ['http://acme.org/.*', 'url:below=http://acme.org/.', false],
  ])('%s: %s %s', async (stored, search, expected) => {
    expect(await asks(stored, search)).toBe(expected);
  });

  test.each(['url:below=urn:oid:1.2', 'url:above=urn:oid:1.2.3', 'url:below=acme.org', 'url:above=http://'])(
    '%s is refused: no URL',
    async (search) => {
      await expect(asks('urn:oid:1.2.3', search)).rejects.toThrow('only a URL');
    },
  );

  test('a URL of more parts than any has', async () => {
    await expect(asks('http://a.org', `url:above=http://a.org${'/x'.repeat(60)}`)).rejects.toThrow('too many parts');
    expect(await asks('http://a.org', `url:above=http://a.org${'/x'.repeat(40)}`)).toBe(true);
  });

  test.each(['exact', 'contains', 'not', 'in', 'text'])('there is no :%s', async (modifier) => {
    await expect(asks('http://a.org', `url:${modifier}=http://a.org`)).rejects.toThrow('no such modifier');
  });

  const url = fc
    .array(fc.stringMatching(/^[a-z0-9.-]{1,6}$/), { minLength: 1, maxLength: 6 })
    .map((parts) => `http://${parts.join('/')}`);

  test('a URL is above and below itself, what is below it has it above', async () => {
    await fc.assert(
      fc.asyncProperty(url, url, async (one, other) => {
        expect(await asks(one, `url=${one}`)).toBe(true);
        expect(await asks(one, `url:below=${one}`)).toBe(true);
        expect(await asks(one, `url:above=${one}`)).toBe(true);
        expect(await asks(one, `url:above=${other}`)).toBe(await asks(other, `url:below=${one}`));
        expect(await asks(`${one}/x`, `url:below=${one}`)).toBe(true);
        expect(await asks(one, `url:above=${one}/x/y`)).toBe(true);
      }),
    );
  });

  test('it sorts by its text', () => {
    expect(set('http://a.org').s.url).toEqual({ min: 'http://a.org', max: 'http://a.org' });
    expect(set(undefined).s.url).toBeUndefined();
  });
});
