// Every answer that is not the resource asked for: one table from our reasons to HTTP status and FHIR issue.
// https://hl7.org/fhir/R4/operationoutcome.html, https://hl7.org/fhir/R4/http.html#Status-Codes
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';

const outcomes = {
  'bad-request': { status: 400, code: 'invalid' },
  'not-json': { status: 400, code: 'structure' },
  'not-xml': { status: 400, code: 'structure' },
  'unknown-parameter': { status: 400, code: 'not-supported' },
  'bad-parameter': { status: 400, code: 'value' },
  'bad-page': { status: 400, code: 'value' },
  'too-costly': { status: 400, code: 'too-costly' },
  unauthorized: { status: 401, code: 'login' },
  forbidden: { status: 403, code: 'forbidden' },
  'not-found': { status: 404, code: 'not-found' },
  'unknown-type': { status: 404, code: 'not-supported' },
  'method-not-allowed': { status: 405, code: 'not-supported' },
  'not-acceptable': { status: 406, code: 'not-supported' },
  'request-timeout': { status: 408, code: 'timeout' },
  conflict: { status: 409, code: 'conflict' },
  duplicate: { status: 409, code: 'duplicate' },
  gone: { status: 410, code: 'deleted' },
  'precondition-failed': { status: 412, code: 'conflict' },
  'too-large': { status: 413, code: 'too-long' },
  'range-not-satisfiable': { status: 416, code: 'value' },
  'unsupported-media-type': { status: 415, code: 'not-supported' },
  invalid: { status: 422, code: 'invalid' },
  'no-deposits': { status: 422, code: 'business-rule' },
  'business-rule': { status: 422, code: 'business-rule' },
  'too-many-headers': { status: 431, code: 'too-long' },
  failure: { status: 500, code: 'exception' },
  busy: { status: 503, code: 'transient' },
  'too-slow': { status: 503, code: 'timeout' },
} as const satisfies Record<string, { status: number; code: OperationOutcomeIssue['code'] }>;

export type Reason = keyof typeof outcomes;

/** One fault: `expression` is the FHIRPath of the element (`Patient.name[0].given`) or `http.<name>` for a header or parameter. */
export type Fault = {
  readonly text: string;
  readonly expression?: string;
  /** FHIR issue type where the table's is too broad (`required`, `value`, `code-invalid`, `structure` …). */
  readonly code?: OperationOutcomeIssue['code'];
};

/** The only error that a caller is told about. Names nothing that the caller did not send. */
export class Refusal extends Error {
  readonly reason: Reason;
  readonly status: number;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(reason: Reason, faults: readonly Fault[], headers: Readonly<Record<string, string>> = {}) {
    super(`${reason}: ${faults.map((fault) => fault.text).join('; ')}`);
    this.name = 'Refusal';
    this.reason = reason;
    this.status = outcomes[reason].status;
    this.faults = faults;
    this.headers = headers;
  }
}

export function refuse(reason: Reason, text: string, expression?: string): Refusal {
  return new Refusal(reason, [expression === undefined ? { text } : { text, expression }]);
}

/** The refusal of what runs with the places of its faults as the sender knows them; of its headers, which are of another address, only the challenge, which is of the token. */
export async function relocated<T>(run: () => Promise<T>, place: (fault: Fault) => string | undefined): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const faults = error.faults.map(({ expression, ...fault }) => {
      const moved = place(expression === undefined ? fault : { ...fault, expression });
      return moved === undefined ? fault : { ...fault, expression: moved };
    });
    const { 'WWW-Authenticate': challenge } = error.headers;
    throw new Refusal(error.reason, faults, challenge === undefined ? {} : { 'WWW-Authenticate': challenge });
  }
}

/** The same text for what is hidden and for what never existed. */
export const notFound = (): Refusal => refuse('not-found', 'Resource not found');

export function toOutcome(refusal: Refusal): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: refusal.faults.map((fault) => ({
      severity: 'error',
      code: fault.code ?? outcomes[refusal.reason].code,
      diagnostics: fault.text,
      ...(fault.expression === undefined ? {} : { expression: [fault.expression] }),
    })),
  };
}
