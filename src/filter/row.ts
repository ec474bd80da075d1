// What a Filter is asked about: the stored row of one resource, its envelope for rules and search beside its exact text.
export type Parameter = {
  /** Closed interval of a date (Date) or number; `u` the units by which it is asked for (search/quantity.ts). */
  readonly l?: Date | number;
  readonly h?: Date | number;
  readonly u?: readonly string[];
  /** The string as it was written, for `:exact`. */
  readonly x?: string;
  /** Of a composite: what one element is found by, component by component. */
  readonly idx?: readonly string[];
  readonly p?: Readonly<Record<string, readonly Parameter[]>>;
};

/** A contained resource of type `t` and id `i`, to which the references of the parameters `by` lead. */
export type Contained = Pick<Row, 'idx' | 'p' | 's' | 'c' | 'w'> & {
  readonly t: string;
  readonly i: string;
  readonly by: readonly string[];
};
/** Stems, each once, and beside them how often each is there. */
export type Words = { readonly t: readonly string[]; readonly n: readonly number[] };

export type Row = {
  readonly _id: string;
  /** Version, and the instant of its writing. */
  readonly v: number;
  readonly lu: Date;
  /** The record's key; absent: directory and conformance resources, and all in the testers' database. */
  readonly rec?: string;
  /** Main date (else the creation instant) and the upper bound of its precision. */
  readonly date: Date;
  readonly dhi: Date;
  /** Category of the matrix; `tcs` where several must all be allowed. */
  readonly tc?: string;
  readonly tcs?: readonly string[];
  /** Who may read by labels, positive: PAT REP REL PS PCP, the depositor, `s:<FINESS>`. */
  readonly rd: readonly string[];
  /** Until when holder, representatives and relatives do not see it. */
  readonly hold?: Date;
  /** `p:<RPPS>` `s:<FINESS>` `f:<issuer>` `h` `r:<RelatedPerson id>` `a:<issuer>|<sub>` `o`. */
  readonly dep: string;
  /** The delegate who entered it: `d:<issuer>|<act.sub>`. */
  readonly ent?: string;
  /** The structure of the deposit, where a person's token named one or a structure deposited. */
  readonly st?: string;
  /** The instant of the deposit: a hold runs from it. */
  readonly made: Date;
  /** AuditEvent, notice of an access: whose act it is. */
  readonly by?: string;
  /** Of what points and of notices (filter/envelope.ts): at what (`Type/id`), and its envelope without them. */
  readonly refs?: readonly string[];
  readonly own?: Envelope;
  /** AuditEvent, notice: the day in Paris of what the feeder deposited and it points at. */
  readonly feed?: Date;
  /** AuditEvent: it is seen when what has this `feed` has left the claims window. */
  readonly after?: Date;
  /** Binary: its document's id once bound, and where its bytes are. */
  readonly of?: string;
  readonly file?: string;
  /** Binary: of its bytes, the SHA-1 in base64. */
  readonly size?: number;
  readonly sha1?: string;
  /** Of what is held: the holder has had notice that something awaits its announcement. */
  readonly told?: true;
  /** Raised by whoever inherits from this row; no new version. */
  readonly n: number;
  /** Its own id and those of all that it succeeds, to the first of its chain. */
  readonly line: readonly string[];
  /** Superseded document: the ids of its successors' lines, and the classes of each successor, as tokens. */
  readonly kin?: readonly string[];
  readonly heirs?: readonly Heir[];
  /** Search tokens `code|value|system`, `code|<folded string>`, `code|Type/id`. */
  readonly idx: readonly string[];
  readonly p: Readonly<Record<string, readonly Parameter[]>>;
  /** Sort keys by search parameter. */
  readonly s: Readonly<Record<string, { readonly min: Date | number | string; readonly max: Date | number | string }>>;
  readonly c?: readonly Contained[];
  /** Words of the resource by search parameter (`_content`, `_text`), and those of its attachments. */
  readonly w?: Readonly<Record<string, Words>>;
  readonly f?: Words;
  /** The exact text of the resource. */
  readonly j: string;
};

export type Heir = Pick<Row, 'idx'>;

/** What decides who sees a row, as far as others may change it: without a new version. */
export type Envelope = Pick<Row, 'rd' | 'hold' | 'tc' | 'tcs' | 'kin' | 'heirs'>;

/** Depositor of what the server itself writes: traces and notices. */
export const server = 'server';
