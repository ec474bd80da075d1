// The part of @lhncbc/ucum-lhc that ucum.ts uses. https://lhncbc.github.io/ucum-lhc/docs.html
declare module '@lhncbc/ucum-lhc' {
  type InBaseUnits = {
    readonly status: 'succeeded' | 'invalid' | 'failed' | 'error';
    readonly magnitude?: number | null;
    readonly fromUnitIsSpecial?: boolean;
    readonly unitToExp?: Readonly<Record<string, number>>;
  };
  type Utilities = { readonly convertToBaseUnits: (code: string, value: number) => InBaseUnits };
  export const UcumLhcUtils: { readonly getInstance: () => Utilities };
}
