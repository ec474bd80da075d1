// A list of persons becomes activation codes: a CSV for the mailing house, hashes for the database.
import { randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Ids, randomIds } from '../../fhir/id.ts';
import { dayInParis } from '../../fhir/instant.ts';
import { digestOf, endOfValidity, newActivationCode, writtenActivationCode } from '../../identity/activation-code.ts';
import type { Activations, Standing } from '../../store/activation.ts';
import { StartError } from '../start-error.ts';
import { added, columnsTold, type Person, personOf } from './person.ts';
import { openTable, type Table, writtenLine } from './table.ts';

export type Invitation = {
  readonly activations: Pick<Activations, 'standing' | 'issue'>;
  readonly path: string;
  /** Must not exist yet. */
  readonly out: string;
  /** How long the codes are valid. */
  readonly days: number;
  /** Whoever has a code, or has used one, gets none. */
  readonly keep: boolean;
  readonly now: Date;
  readonly log: (line: string) => void;
  /** Told of each line that is no person. */
  readonly complain: (line: string) => void;
  readonly ids?: Ids;
};

export type Invited = { readonly made: number; readonly replaced: number; readonly kept: number; readonly invalid: number };
type Counts = { -readonly [name in keyof Invited]: Invited[name] };
type Candidate = Person & { readonly at: number };

const together = 200;

/** A run that was interrupted is taken up again with `keep`: at most the last 200 codes of its file are void, those that are made anew. */
export async function invite(invitation: Invitation): Promise<Invited> {
  const { path, out, complain } = invitation;
  const progress = onceASecond(invitation.log);
  const table = await openTable(path);
  const columns = columnsTold(table.columns);
  const file = await openNew(out);
  const counts: Counts = { made: 0, replaced: 0, kept: 0, invalid: 0 };
  const refuse = (at: number, fault: string): void => {
    counts.invalid += 1;
    complain(`line ${at} ${fault}`);
  };
  try {
    await file.appendFile(writtenLine([...columns, ...added], table.separator));
    const run = randomUUID();
    for await (const group of groupsOf(table, columns, refuse)) {
      await inviteGroup(invitation, { file, run, separator: table.separator, counts, refuse }, group);
      progress(`${group.at(-1)?.at} lines: ${counts.made + counts.replaced} codes`);
    }
  } finally {
    await file.close();
  }
  return counts;
}

function onceASecond(log: Invitation['log']): Invitation['log'] {
  let last = Number.NEGATIVE_INFINITY;
  return (line) => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    log(line);
  };
}

async function openNew(path: string): Promise<FileHandle> {
  return await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(error.code === 'EEXIST' ? `${path} exists already` : `${path} cannot be made (${error.code})`);
  });
}

type Refuse = (at: number, fault: string) => void;

async function* groupsOf(table: Table, columns: readonly string[], refuse: Refuse): AsyncGenerator<readonly Candidate[]> {
  let group: Candidate[] = [];
  for await (const line of table.lines) {
    const person = 'fault' in line ? line.fault : personOf(line.fields, columns);
    if (typeof person === 'string') refuse(line.at, person);
    else group.push({ ...person, at: line.at });
    if (group.length < together) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

type Run = {
  readonly file: FileHandle;
  readonly run: string;
  readonly separator: string;
  readonly counts: Counts;
  readonly refuse: Refuse;
};

/** The file first, then the database: no code is in force that is in no letter. */
async function inviteGroup({ activations, ...asked }: Invitation, run: Run, group: readonly Candidate[]): Promise<void> {
  const { ids = randomIds, now, days, keep } = asked;
  const { counts, refuse, file, separator } = run;
  const standing = await activations.standing(
    group.map(({ ins }) => ins),
    now,
    run.run,
  );
  const end = endOfValidity(now, days);
  const until = dayInParis(end);
  const seen = new Set<string>();
  const made = group.flatMap(({ ins, told, at }, index) => {
    const found = seen.has(ins.system + ins.value) ? 'of-this-run' : (standing[index] ?? 'none');
    seen.add(ins.system + ins.value);
    if (found === 'of-this-run') refuse(at, 'has the INS of a line before');
    const isKept = keep && (found === 'unused' || found === 'used');
    if (isKept) counts.kept += 1;
    if (isKept || found === 'of-this-run') return [];
    counts[counted[found]] += 1;
    const code = newActivationCode(ids);
    return [
      { line: [...told, writtenActivationCode(code), until], issued: { ins, digest: digestOf(ins, code), end, run: run.run } },
    ];
  });
  await file.appendFile(made.map(({ line }) => writtenLine(line, separator)).join(''));
  await file.sync();
  await activations.issue(made.map(({ issued }) => issued));
}

const counted: Readonly<Record<Exclude<Standing, 'of-this-run'>, 'made' | 'replaced'>> = {
  none: 'made',
  used: 'made',
  ended: 'made',
  unused: 'replaced',
};
