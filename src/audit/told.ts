// What a trace tells of: one request, as far as the caller sent it and was answered.
import type { Caller } from '../identity/caller.ts';

/** Codes of http://hl7.org/fhir/restful-interaction. */
export type Interaction =
  | 'read'
  | 'vread'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'search-type'
  | 'search-system'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'batch'
  | 'transaction'
  | 'operation'
  | 'capabilities';

/** `id`: the X-Request-Id of the answer; `address`: the IP address that the request came from. */
export type Requested = { readonly id: string; readonly address?: string };

export type Told = {
  readonly id: string;
  readonly recorded: Date;
  readonly caller: Caller;
  readonly interaction: Interaction;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly requested: Requested;
  readonly baseUrl: string;
  readonly statute: string;
  /** The record delivered from, or written to. */
  readonly patient?: string;
  readonly resources: readonly string[];
  /** What was asked. */
  readonly query: string;
};

const writing: ReadonlySet<Interaction> = new Set(['create', 'update', 'patch', 'delete']);

export function isWriting({ interaction }: Pick<Told, 'interaction'>): boolean {
  return writing.has(interaction);
}
