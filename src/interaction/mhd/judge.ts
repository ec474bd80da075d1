// A Provide Document Bundle held to the level of metadata that it promises: every fault at once, with what to do about it.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html, https://interop.esante.gouv.fr/ig/fhir/pdsm
import type { JsonObject } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { bytesFaults } from './bytes.ts';
import { documentFaults } from './document.ts';
import { mostFaults } from './fault.ts';
import { levelOf } from './level.ts';
import { listFaults } from './list.ts';
import { slicesOf } from './slice.ts';
import { subjectFaults } from './subject.ts';
import { updateFaults } from './update.ts';

/** Of a Bundle that promises nothing there is nothing to say. */
export function judgeProvideBundle(bundle: JsonObject): readonly Fault[] {
  const level = levelOf(bundle);
  if (level === undefined) return [];
  const { slices, faults } = slicesOf(bundle);
  const all = [
    ...faults,
    ...listFaults(slices, level),
    ...documentFaults(slices, level),
    ...bytesFaults(slices),
    ...updateFaults(slices),
    ...subjectFaults(slices),
  ];
  return all.slice(0, mostFaults);
}
