// Every Provide Document Bundle with one thing wrong, as a table that is the same for the judge alone and over HTTP.
import type { BundleSent, Sent } from './bundle.ts';
import { wrongElements } from './wrong-elements.ts';
import { wrongRelations } from './wrong-relations.ts';
import { wrongValues } from './wrong-values.ts';

export type WrongBundle = {
  readonly title: string;
  readonly change: (bundle: Sent) => void;
  readonly code: string;
  readonly expression: string;
  readonly options: Partial<BundleSent>;
};

export const wrongBundles: readonly WrongBundle[] = [...wrongElements, ...wrongValues, ...wrongRelations].map(
  ([title, change, code, expression, options = {}]) => ({ title, change, code, expression, options }),
);
