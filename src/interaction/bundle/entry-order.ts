// The order in which a transaction is carried out: DELETE, POST, PUT and PATCH, GET; among the POSTs, what others need comes first.
// https://hl7.org/fhir/R4/http.html#trules
import { isDirectory } from '../../access/type.ts';
import { objectsOf } from '../../fhir/json.ts';
import { namesIn } from './entry-reference.ts';
import type { Step } from './resolve-entries.ts';

export function inOrder(steps: readonly Step[]): readonly Step[] {
  const of = (...methods: readonly string[]): readonly Step[] => steps.filter(({ entry }) => methods.includes(entry.method));
  return [...of('DELETE'), ...afterTheirTargets(of('POST')), ...of('PUT', 'PATCH'), ...of('GET', 'HEAD')];
}

/** A circle of references is cut where it is met. */
function afterTheirTargets(posts: readonly Step[]): readonly Step[] {
  const byName = new Map(posts.flatMap((step) => (step.name === undefined ? [] : [[step.name, step] as const])));
  const names = new Set(byName.keys());
  const begun = new Set<Step>();
  const ordered: Step[] = [];
  const place = (step: Step): void => {
    if (begun.has(step)) return;
    begun.add(step);
    const { resource } = step.prepared;
    // A document takes its bytes: never the other way round.
    if (resource !== undefined && resource.resourceType !== 'Binary') {
      for (const target of namesIn(resource, names)) {
        const needed = byName.get(target);
        if (needed) place(needed);
      }
    }
    ordered.push(step);
  };
  for (const step of posts.toSorted((a, b) => rank(a) - rank(b))) place(step);
  return ordered;
}

/** A record is opened before anything is deposited in it. */
function rank({ entry: { address }, prepared: { resource } }: Step): number {
  const { type } = address;
  if (isDirectory(type)) return 0;
  if (type === 'Patient') return 1;
  const opens = objectsOf(resource?.category).some(({ coding }) => objectsOf(coding).some(({ code }) => code === 'opening'));
  if (type === 'Consent') return opens ? 2 : 4;
  return type === 'RelatedPerson' || type === 'CareTeam' ? 3 : 5;
}
