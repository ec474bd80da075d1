// A file of policy against the policy in force: judged as the start judges it, then compared.
import { codeIn } from '../../access/habilitation.ts';
import { loadStatute, published, type Statute } from '../../access/statute.ts';
import { type Conformance, loadConformance } from '../../conformance/conformance.ts';
import { displaysIn } from '../../conformance/display.ts';
import { readObject } from '../../conformance/published.ts';
import { type JsonObject, objectsOf } from '../../fhir/json.ts';
import { readEnvironment } from '../environment.ts';
import { categoryDifference } from './category-difference.ts';
import { type Difference, saidOf } from './difference.ts';
import { matrixDifference } from './matrix-difference.ts';
import { regimeDifference } from './regime-difference.ts';

/** What rules a server. */
export type Policy = { readonly habilitation: JsonObject; readonly category: JsonObject; readonly regime: JsonObject };

const resourceTypes = 'http://hl7.org/fhir/resource-types';

/** Throws one line where the start would refuse the file. */
export function check(
  env: Readonly<Record<string, string | undefined>>,
  file: string,
): { readonly lines: readonly string[]; readonly differs: boolean } {
  const environment = readEnvironment(env);
  const conformance = loadConformance(environment.conformance);
  const inForce: Policy = {
    habilitation:
      environment.habilitation === undefined ? published(conformance, 'habilitation') : readObject(environment.habilitation),
    category: published(conformance, 'category'),
    regime: readObject(environment.regime),
  };
  const proposed = readObject(file);
  const difference = compared(conformance, inForce, proposed);
  const title = `${file} in place of the ${partNames[partOf(proposed)]} in force`;
  return { lines: [title, ...saidOf(difference)], differs: !difference.same };
}

export function compared(conformance: Conformance, inForce: Policy, proposed: JsonObject): Difference {
  const part = partOf(proposed);
  const after = { ...inForce, [part]: proposed };
  const load = ({ regime, ...maps }: Policy): Statute => loadStatute(conformance, regime, maps);
  const [old, next] = [load(inForce), load(after)];
  const names = displaysIn(conformance, inForce.habilitation, after.habilitation);
  const display = (key: string): string => (names.has(key) ? `${names.get(key)} (${codeIn(key)})` : codeIn(key));
  switch (part) {
    case 'regime':
      return regimeDifference(old.regime, next.regime);
    case 'category':
      return categoryDifference(inForce.category, after.category, old.habilitation, display);
    case 'habilitation':
      return matrixDifference(old, next, display);
  }
}

const partNames: Readonly<Record<keyof Policy, string>> = {
  habilitation: 'habilitation matrix',
  category: 'category map',
  regime: 'regime',
};

function partOf(resource: JsonObject): keyof Policy {
  if (resource.resourceType === 'Parameters') return 'regime';
  if (resource.resourceType !== 'ConceptMap') throw new Error('The file is neither a ConceptMap nor a Parameters');
  const groups = objectsOf(resource.group);
  return groups.length > 0 && groups.every(({ source }) => source === resourceTypes) ? 'category' : 'habilitation';
}
