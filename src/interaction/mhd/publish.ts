// One document published by itself: once under its master identifier, however often it is sent.
// https://profiles.ihe.net/ITI/MHD/ITI-105.html
import type { JsonObject } from '../../fhir/json.ts';
import { accountOf } from '../account.ts';
import { touchedBy } from '../answer.ts';
import type { Context } from '../context.ts';
import { recordNamedBy } from '../record.ts';
import { depositInto } from '../write.ts';
import { masterIdentifierOf } from './document.ts';
import { claimsOf, judgeSame, knownOf, nameIn } from './known.ts';
import { digestOf } from './submission.ts';

export type Published = { readonly id: string; readonly status: number; readonly version: number };

/** `make` creates it with the context that it is given, in whose transaction its name is kept. */
export async function publishOnce(
  context: Context,
  document: JsonObject,
  make: (inside: Context) => Promise<string>,
): Promise<Published> {
  return await context.store.transaction(
    async (store) => {
      const inside = { ...context, store };
      const masterIdentifier = masterIdentifierOf(document);
      const key = recordNamedBy(inside, 'DocumentReference', document);
      if (masterIdentifier === undefined || key === undefined) return { id: await make(inside), status: 201, version: 1 };
      await depositInto(inside, 'DocumentReference', document);
      const submitted = { at: 'DocumentReference', masterIdentifier, digest: digestOf(document, key) };
      const known = await knownOf(inside, key, [submitted]);
      judgeSame(known, (at) => `${at}.masterIdentifier`);
      for (const { row } of known) {
        await store.trace(accountOf(inside, { status: 201, touched: [touchedBy('DocumentReference', row)] }));
        return { id: row._id, status: 201, version: row.v };
      }
      const id = await make(inside);
      await store.submissions.keep([{ name: nameIn(inside, key, masterIdentifier), digest: submitted.digest, ids: [id] }]);
      return { id, status: 201, version: 1 };
    },
    claimsOf(context, [document]),
  );
}
