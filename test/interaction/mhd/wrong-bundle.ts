// What the tables of wrong Bundles are made of: one change to a right one, and where the fault must be said to be.
import type { BundleSent, Sent } from './bundle.ts';

/** Entry 0 is the SubmissionSet, 1 the DocumentReference, 2 its Binary. */
export type Wrong = readonly [
  title: string,
  change: (bundle: Sent) => void,
  code: string,
  expression: string,
  options?: Partial<BundleSent>,
];

export const set = (bundle: Sent): Sent => bundle.entry[0].resource;
export const document = (bundle: Sent): Sent => bundle.entry[1].resource;
export const attachment = (bundle: Sent): Sent => document(bundle).content[0].attachment;
export const inSet = 'Bundle.entry[0].resource';
export const inDocument = 'Bundle.entry[1].resource';
export const inAttachment = `${inDocument}.content[0].attachment`;
export const two = { documents: [{}, {}] };
export const folder = { folder: true };
export const patched = {
  supersede: ['DocumentReference/ancien'],
  documents: [{ relatesTo: [relation('replaces', 'DocumentReference/ancien')] }],
};

/** One element changed, wherever it is. */
export function put(node: Sent, name: string | number, value: unknown): void {
  node[name] = value;
}

export function relation(code: string, reference: string): Sent {
  return { code, target: { reference } };
}

/** One element missing where the level needs it. */
export function without(
  path: string,
  expression: string,
  level: BundleSent['level'] = 'comprehensive',
  from: (bundle: Sent) => Sent = document,
): Wrong {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const change = (bundle: Sent): void => {
    const parent = steps.reduce((node, step) => (Array.isArray(node[step]) ? node[step][0] : node[step]), from(bundle));
    delete parent[last];
  };
  return [`${level} without ${path}`, change, 'required', expression, { level }];
}

/** One element that has no place there. */
export function withOdd(element: string, value: unknown, at: 'set' | 'document' = 'document'): Wrong {
  const [from, where] = at === 'set' ? ([set, inSet] as const) : ([document, inDocument] as const);
  return [
    `${at} with ${element}`,
    (bundle) => void Object.assign(from(bundle), { [element]: value }),
    'structure',
    `${where}.${element}`,
  ];
}
