// Two habilitation matrices, cell by cell: profession × document type.
import { codeIn, type Matrix } from '../../access/habilitation.ts';
import { counted, type Difference, type Display, difference } from './difference.ts';

export function matrixDifference(before: Matrix, after: Matrix, display: Display): Difference {
  const professions = new Set([...before.habilitation.keys(), ...after.habilitation.keys()]);
  const [gained, lost] = [cells(after, before, professions), cells(before, after, professions)];
  const said = ({ profession, type }: Cell): string => `${display(profession)} reads ${display(type)}`;
  const [arrived, gone] = [absentFrom(before, after, professions), absentFrom(after, before, professions)];
  const newTypes = [...after.documentTypes.difference(before.documentTypes)];
  const lostTypes = [...before.documentTypes.difference(after.documentTypes)];
  return difference(
    [
      `${counted(gained.length, 'cell')} more, ${lost.length} less`,
      `${counted(arrived.length, 'profession')} more, ${gone.length} less; ${counted(newTypes.length, 'document type')} more, ${lostTypes.length} less`,
    ],
    {
      more: [...gained.map(said), ...arrived.map((one) => `${display(one)} is recognised as a profession`)],
      less: [...lost.map(said), ...gone.map((one) => `${display(one)} is recognised as a profession`)],
      notes: [
        ...newTypes.map((one) => `${display(one)} is new: documents of this type that are stored already keep no category`),
        ...lostTypes.map(
          (one) => `${display(one)} is no document type any more: of what is stored, only depositor and médecin traitant read it`,
        ),
      ],
    },
  );
}

type Cell = { readonly profession: string; readonly type: string };

/** What one permits and the other does not. */
function cells(one: Matrix, other: Matrix, professions: ReadonlySet<string>): readonly Cell[] {
  const types = [...one.documentTypes];
  return [...professions].flatMap((profession) => {
    const [mine, others] = [one, other].map(({ habilitation }) => new Set(habilitation.get(profession)));
    return types
      .filter((type) => mine?.has(codeIn(type)) && !others?.has(codeIn(type)))
      .map((type): Cell => ({ profession, type }));
  });
}

function absentFrom(one: Matrix, other: Matrix, professions: ReadonlySet<string>): readonly string[] {
  return [...professions].filter((profession) => !one.habilitation.has(profession) && other.habilitation.has(profession));
}
