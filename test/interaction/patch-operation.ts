// One operation of a FHIRPath Patch as a parameter.
type Part = Readonly<Record<string, unknown>>;

/** `value`: the `value[x]` of the part `value`, or its parts; other members are parts of their own. */
export function operation(type: string, path: string, { name, index, source, destination, ...value }: Part = {}): unknown {
  const part = (called: string, content: Part): Part => ({ name: called, ...content });
  return {
    name: 'operation',
    part: [
      part('type', { valueCode: type }),
      part('path', { valueString: path }),
      ...(name === undefined ? [] : [part('name', { valueString: name })]),
      ...Object.entries({ index, source, destination }).flatMap(([called, valueInteger]) =>
        valueInteger === undefined ? [] : [part(called, { valueInteger })],
      ),
      ...(Object.keys(value).length === 0 ? [] : [part('value', value)]),
    ],
  };
}
