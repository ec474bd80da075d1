// $authorise, $block and $declare-medecin-traitant write what a client would have written by hand, and nothing where that is refused.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { finess, idIn, written } from '../interaction/ground.ts';
import { actor as actorOf, type Naming, visibility } from '../resources.ts';
import {
  at,
  byHand,
  type Consenting,
  ending,
  faultOf,
  inMode,
  openConsenting,
  type Person,
  parameters,
  person,
  purpose,
  rpps,
  structure,
  text,
} from './consenting.ts';

let consenting: Consenting;
beforeAll(async () => {
  consenting = await openConsenting();
}, 60_000);
afterAll(async () => await consenting.ground.stop());

type Operation = 'authorise' | 'block' | 'declare-medecin-traitant';
const call = async (by: Person, operation: Operation, body: JsonObject | undefined, headers = {}): Promise<Reply> => {
  const path = `/Patient/${consenting.key}/$${operation}`;
  const client = consenting.as(by);
  return body === undefined ? await client.send('POST', path, headers) : await client.post(path, body, headers);
};

/** The médecin traitant is again who he was. */
async function undo(operation: Operation, ...replies: readonly Reply[]): Promise<void> {
  for (const reply of replies) {
    if (reply.status !== 201) continue;
    const path = `/Consent/${idIn(reply)}`;
    expect([204, 404]).toContain((await consenting.as('holder').delete(path)).status);
  }
  if (operation === 'declare-medecin-traitant' && replies.some(({ status }) => status === 201))
    written(await call('holder', operation, parameters(person(rpps.treating))));
}

const actor = (named: Naming, role: 'IRCP' | 'PCP' | 'ATTPHYS' = 'IRCP', display?: string): JsonObject => {
  const made = actorOf(named, role);
  return display === undefined ? made : { ...made, reference: { ...(made.reference as JsonObject), display } };
};
const untilTheLastDay = { period: { end: '2027-11-25' } };
const nurseHerself = { type: 'permit', ...untilTheLastDay, actor: [actor({ rpps: rpps.nurse }, 'IRCP', 'Léa Petit')] };
const other = actor({ rpps: rpps.other });
const permitted = { type: 'permit', actor: [other] };
const denied = { type: 'deny', actor: [other] };
const declared = { type: 'permit', actor: [actor({ rpps: rpps.other }, 'PCP')] };

type Row = readonly [by: Person, status: number, operation: Operation, sent: JsonObject | undefined, provision: JsonObject];
const toOther = parameters(person(rpps.other));
const rows: readonly Row[] = [
  ['holder', 201, 'authorise', toOther, permitted],
  ['representative', 201, 'authorise', toOther, permitted],
  ['relative', 422, 'authorise', toOther, permitted],
  ['neighbour', 422, 'authorise', toOther, permitted],
  ['treating', 422, 'authorise', toOther, { ...permitted, ...untilTheLastDay }],
  ['nurse', 422, 'authorise', undefined, nurseHerself],
  ['nurse+card', 201, 'authorise', undefined, nurseHerself],
  ['nurse+card', 201, 'authorise', parameters(ending('2027-01-31')), { ...nurseHerself, period: { end: '2027-01-31' } }],
  [
    'nurse+card',
    201,
    'authorise',
    parameters(structure(finess)),
    { type: 'permit', ...untilTheLastDay, actor: [actor({ finess })] },
  ],
  ['nurse+card', 403, 'authorise', parameters(ending('2027-11-27')), { ...nurseHerself, period: { end: '2027-11-27' } }],
  ['nurse+card', 403, 'authorise', parameters(purpose('BTG')), { ...nurseHerself, purpose: [inMode('BTG')] }],
  ['nurse+card', 403, 'authorise', toOther, { ...permitted, ...untilTheLastDay }],
  ['blocked+card', 422, 'authorise', undefined, { type: 'permit', ...untilTheLastDay, actor: [actor({ rpps: rpps.blocked })] }],
  ['rescuer', 422, 'authorise', parameters(ending('2028')), { ...permitted, period: { end: '2028' } }],
  ['secretary', 403, 'authorise', toOther, permitted],
  ['hospital', 403, 'authorise', toOther, permitted],
  ['insurance', 403, 'authorise', toOther, permitted],
  ['agent', 403, 'authorise', toOther, permitted],
  ['operator', 403, 'authorise', toOther, permitted],
  ['tester', 201, 'authorise', toOther, permitted],

  ['holder', 201, 'block', toOther, denied],
  ['representative', 201, 'block', toOther, denied],
  ['relative', 422, 'block', toOther, denied],
  ['neighbour', 422, 'block', toOther, denied],
  ['nurse', 422, 'block', toOther, { ...denied, ...untilTheLastDay }],
  ['nurse+card', 403, 'block', toOther, { ...denied, ...untilTheLastDay }],
  ['treating+card', 403, 'block', toOther, { ...denied, ...untilTheLastDay }],
  ['hospital', 403, 'block', toOther, denied],
  ['agent', 403, 'block', toOther, denied],
  ['tester', 201, 'block', toOther, denied],

  ['holder', 201, 'declare-medecin-traitant', toOther, declared],
  ['representative', 201, 'declare-medecin-traitant', toOther, declared],
  ['relative', 422, 'declare-medecin-traitant', toOther, declared],
  [
    'member+card',
    201,
    'declare-medecin-traitant',
    undefined,
    { type: 'permit', ...untilTheLastDay, actor: [actor({ rpps: rpps.member }, 'PCP')] },
  ],
  ['member+card', 403, 'declare-medecin-traitant', toOther, { ...declared, ...untilTheLastDay }],
  [
    'nurse+card',
    403,
    'declare-medecin-traitant',
    undefined,
    { type: 'permit', ...untilTheLastDay, actor: [actor({ rpps: rpps.nurse }, 'PCP', 'Léa Petit')] },
  ],
  [
    'blocked+card',
    422,
    'declare-medecin-traitant',
    undefined,
    { type: 'permit', ...untilTheLastDay, actor: [actor({ rpps: rpps.blocked }, 'PCP')] },
  ],
  ['secretary', 403, 'declare-medecin-traitant', toOther, declared],
  ['insurance', 403, 'declare-medecin-traitant', toOther, declared],
  ['operator', 403, 'declare-medecin-traitant', toOther, declared],

  // What may be said more.
  [
    'holder',
    201,
    'authorise',
    parameters(
      person(rpps.other),
      ['period', { valuePeriod: { start: '2026-12-01', end: '2026-12-31' } }],
      ['class', { valueCoding: { system: 'http://hl7.org/fhir/resource-types', code: 'Immunization' } }],
      ['code', { valueCoding: { system: 'http://loinc.org', code: '34112-3' } }],
      ['code', { valueCoding: { system: 'http://loinc.org', code: '11502-2' } }],
    ),
    {
      type: 'permit',
      period: { start: '2026-12-01', end: '2026-12-31' },
      actor: [other],
      class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Immunization' }],
      code: ['34112-3', '11502-2'].map((code) => ({ coding: [{ system: 'http://loinc.org', code }] })),
    },
  ],
  ['holder', 201, 'authorise', parameters(structure(finess)), { type: 'permit', actor: [actor({ finess })] }],
  [
    'holder',
    201,
    'authorise',
    parameters(purpose('BTG'), purpose('ETREAT')),
    { type: 'permit', purpose: [inMode('BTG'), inMode('ETREAT')] },
  ],
  [
    'holder',
    201,
    'authorise',
    parameters(person(rpps.other), ['same-rights', { valueBoolean: true }]),
    { type: 'permit', actor: [actor({ rpps: rpps.other }, 'ATTPHYS')] },
  ],
];

describe('writes what a client would have written, as it would have been answered', () => {
  it.each(rows)('%s: %d of $%s', async (by, status, operation, sent, provision) => {
    const client = consenting.as(by);
    const performer = by === 'representative' ? `RelatedPerson/${consenting.related.mother}` : undefined;
    const hand = byHand(consenting.key, provision, performer);
    const reply = await call(by, operation, sent);
    const plain = await client.post('/Consent', hand);
    expect([reply.status, plain.status, reply.text]).toEqual([status, status, expect.anything()]);
    if (status === 201) {
      const reader = by === 'tester' ? client : consenting.as('holder');
      expect(text((await reader.get(`/Consent/${idIn(reply)}`)).body)).toEqual({
        ...hand,
        ...(operation === 'declare-medecin-traitant' ? { status: 'inactive' } : {}),
      });
      // Of a declaration the plain one, which came after, is the one in force.
      expect([text(reply.body ?? {}), reply.headers.etag]).toEqual([plain.body === undefined ? {} : hand, 'W/"1"']);
    } else {
      expect(faultOf(reply)).toEqual(faultOf(plain));
    }
    await undo(operation, reply, plain);
  });

  it('a care team of the record, by its holder and by a member', async () => {
    for (const by of ['holder', 'member+card'] as const) {
      const reply = await call(by, 'authorise', parameters(at(`CareTeam/${consenting.team}`)));
      expect([reply.status, reply.body?.provision?.actor[0].reference]).toEqual([
        201,
        { reference: `CareTeam/${consenting.team}` },
      ]);
      await undo('authorise', reply);
    }
    // Whether there is such a team is nobody else's to know.
    const [hidden, never] = [
      await call('nurse+card', 'authorise', parameters(at(`CareTeam/${consenting.team}`))),
      await call('nurse+card', 'authorise', parameters(at(`CareTeam/${consenting.key}-aaaaaaaaaaaaa`))),
    ];
    expectOutcome(hidden, 422, 'Parameters.parameter[0]');
    expect(never.text).toBe(hidden.text);
  });
});

describe('says nothing twice', () => {
  it.each<[Person, Operation, JsonObject | undefined]>([
    ['holder', 'authorise', toOther],
    ['nurse+card', 'authorise', undefined],
    ['representative', 'block', toOther],
    ['holder', 'authorise', parameters(purpose('BTG'))],
    ['holder', 'authorise', parameters(person(rpps.other), ending('2026-12-24'))],
  ])('%s of $%s is given what is in force already', async (by, operation, sent) => {
    const first = await call(by, operation, sent);
    const again = await call(by, operation, sent);
    expect([first.status, again.status, again.text]).toEqual([201, 200, first.text]);
    expect([again.headers.location, again.headers.etag]).toEqual([first.headers.location, first.headers.etag]);
    await undo(operation, first);
    const anew = await call(by, operation, sent);
    expect(anew.status).toBe(201);
    await undo(operation, anew);
  });

  it('for another time it is another wish, and what has ended is none', async () => {
    const always = await call('holder', 'block', toOther);
    for (const end of ['2026-12-24', '2026-11-25', '2026-11-25']) {
      const reply = await call('holder', 'block', parameters(person(rpps.other), ending(end)));
      expect(reply.status).toBe(201);
      await undo('block', reply);
    }
    await undo('block', always);
  });

  it('leaves a declaration without end to the doctor who declares himself again', async () => {
    const reply = await call('treating+card', 'declare-medecin-traitant', undefined);
    expect([reply.status, reply.body.provision]).toEqual([
      200,
      { type: 'permit', actor: [actor({ rpps: rpps.treating }, 'PCP')] },
    ]);
    const shorter = await call('treating+card', 'declare-medecin-traitant', parameters(ending('2027-01-31')));
    expect(shorter.status).toBe(201);
    await undo('declare-medecin-traitant', shorter);
  });

  it('does not tell a representative of a wish that is hidden from her', async () => {
    const secret = { meta: { security: [{ system: visibility, code: 'INVISIBLE_REPRESENTANTS_LEGAUX' }] } };
    const hidden = written(await consenting.as('holder').post('/Consent', { ...byHand(consenting.key, denied), ...secret }));
    const reply = await call('representative', 'block', toOther);
    expect(reply.status).toBe(201);
    expect((await call('holder', 'block', toOther)).status).toBe(200);
    await undo('block', hidden, reply);
  });
});
