// RFC 6902 on resources: before, operations, after; and what is refused.
type Case = readonly [name: string, before: unknown, operations: unknown, after: unknown];
type Fault = readonly [name: string, operations: unknown, status: number, expression: string | undefined];

const patient = { resourceType: 'Patient', id: 'a', active: true, name: [{ family: 'Lefèvre', given: ['Anne', 'Marie'] }] };
const [name] = patient.name;

export const jsonCases: readonly Case[] = [
  ['add a member', patient, [{ op: 'add', path: '/gender', value: 'female' }], { ...patient, gender: 'female' }],
  ['add over a member keeps its place', patient, [{ op: 'add', path: '/active', value: false }], { ...patient, active: false }],
  [
    'add in a list',
    patient,
    [{ op: 'add', path: '/name/0/given/1', value: 'Lou' }],
    { ...patient, name: [{ ...name, given: ['Anne', 'Lou', 'Marie'] }] },
  ],
  [
    'add at the end of a list',
    patient,
    [
      { op: 'add', path: '/name/0/given/-', value: 'Lou' },
      { op: 'add', path: '/name/0/given/3', value: 'Zoé' },
    ],
    { ...patient, name: [{ ...name, given: ['Anne', 'Marie', 'Lou', 'Zoé'] }] },
  ],
  [
    'add the first of a list that is not there',
    patient,
    [{ op: 'add', path: '/telecom/-', value: { value: '1' } }],
    { ...patient, telecom: [{ value: '1' }] },
  ],
  ['remove a member', patient, [{ op: 'remove', path: '/active' }], { resourceType: 'Patient', id: 'a', name: patient.name }],
  [
    'remove from a list',
    patient,
    [{ op: 'remove', path: '/name/0/given/0' }],
    { ...patient, name: [{ ...name, given: ['Marie'] }] },
  ],
  [
    'remove the last of a list and of what held it',
    { resourceType: 'Patient', active: true, contact: [{ name: { given: ['Lou'] } }] },
    [{ op: 'remove', path: '/contact/0/name/given/0' }],
    { resourceType: 'Patient', active: true },
  ],
  [
    'remove from companions, which stay at their index',
    { resourceType: 'Patient', name: [{ given: ['A', 'B'], _given: [{ id: 'x' }, { id: 'y' }] }] },
    [{ op: 'remove', path: '/name/0/_given/0/id' }],
    { resourceType: 'Patient', name: [{ given: ['A', 'B'], _given: [null, { id: 'y' }] }] },
  ],
  [
    'empty and fill again',
    patient,
    [
      { op: 'remove', path: '/name/0' },
      { op: 'add', path: '/name/0', value: { text: 'A' } },
    ],
    { ...patient, name: [{ text: 'A' }] },
  ],
  ['replace', patient, [{ op: 'replace', path: '/name/0/family', value: 'B' }], { ...patient, name: [{ ...name, family: 'B' }] }],
  [
    'replace in a list',
    patient,
    [{ op: 'replace', path: '/name/0/given/1', value: 'B' }],
    { ...patient, name: [{ ...name, given: ['Anne', 'B'] }] },
  ],
  [
    'replace the whole',
    patient,
    [{ op: 'replace', path: '', value: { resourceType: 'Patient', active: false } }],
    { resourceType: 'Patient', active: false },
  ],
  [
    'move a member',
    { resourceType: 'Patient', name: [{ text: 'A', family: 'B' }] },
    [{ op: 'move', from: '/name/0/text', path: '/name/0/family' }],
    { resourceType: 'Patient', name: [{ family: 'A' }] },
  ],
  [
    'move in a list',
    patient,
    [{ op: 'move', from: '/name/0/given/1', path: '/name/0/given/0' }],
    { ...patient, name: [{ ...name, given: ['Marie', 'Anne'] }] },
  ],
  [
    'copy',
    patient,
    [
      { op: 'copy', from: '/name/0', path: '/name/-' },
      { op: 'remove', path: '/name/0/given' },
    ],
    { ...patient, name: [{ family: 'Lefèvre' }, name] },
  ],
  [
    'test, members in any order',
    patient,
    [
      { op: 'test', path: '/name/0', value: { given: ['Anne', 'Marie'], family: 'Lefèvre' } },
      { op: 'remove', path: '/active' },
    ],
    { resourceType: 'Patient', id: 'a', name: patient.name },
  ],
  [
    'escapes',
    { resourceType: 'Patient', 'a/b': 1, 'm~n': 2 },
    [
      { op: 'remove', path: '/a~1b' },
      { op: 'replace', path: '/m~0n', value: 3 },
    ],
    { resourceType: 'Patient', 'm~n': 3 },
  ],
  [
    'digits stay as they were written, numbers are equal by worth',
    '{"resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"g"},"note":[{"text":"x"}]}',
    '[{"op":"test","path":"/valueQuantity/value","value":1.5},{"op":"copy","from":"/valueQuantity","path":"/a"},{"op":"add","path":"/b","value":2.00}]',
    '{"resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"g"},"note":[{"text":"x"}],"a":{"value":1.50,"unit":"g"},"b":2.00}',
  ],
];

const one = (more: object): unknown => [{ op: 'test', path: '/active', value: true }, more];

export const jsonFaults: readonly Fault[] = [
  ['no list', {}, 400, undefined],
  ['nothing', [], 400, undefined],
  ['too many', Array(101).fill({ op: 'remove', path: '/active' }), 400, undefined],
  ['no object', one([]), 400, '[1]'],
  ['no such operation', one({ op: 'erase', path: '/active' }), 400, '[1].op'],
  ['no path', one({ op: 'remove' }), 400, '[1].path'],
  ['a path that is no pointer', one({ op: 'remove', path: 'active' }), 400, '[1].path'],
  ['a path with a bad escape', one({ op: 'remove', path: '/a~2' }), 400, '[1].path'],
  ['a path too deep', one({ op: 'remove', path: '/a'.repeat(65) }), 400, '[1].path'],
  ['a path too long', one({ op: 'remove', path: `/${'a'.repeat(2000)}` }), 400, '[1].path'],
  ['__proto__', one({ op: 'add', path: '/__proto__/polluted', value: 1 }), 400, '[1].path'],
  ['constructor', one({ op: 'add', path: '/constructor', value: 1 }), 400, '[1].path'],
  ['prototype', one({ op: 'copy', from: '/prototype', path: '/a' }), 400, '[1].from'],
  ['no value', one({ op: 'add', path: '/gender' }), 400, '[1].value'],
  ['no from', one({ op: 'move', path: '/gender' }), 400, '[1].from'],
  ['what every object has', one({ op: 'remove', path: '/toString' }), 422, '[1].path'],
  ['what every list has', one({ op: 'remove', path: '/name/length' }), 422, '[1].path'],
  ['remove what is not there', one({ op: 'remove', path: '/gender' }), 422, '[1].path'],
  ['replace what is not there', one({ op: 'replace', path: '/gender', value: 'male' }), 422, '[1].path'],
  ['replace after the end', one({ op: 'replace', path: '/name/1', value: {} }), 422, '[1].path'],
  ['remove after the end', one({ op: 'remove', path: '/name/-' }), 422, '[1].path'],
  ['add beyond the end', one({ op: 'add', path: '/name/2', value: {} }), 422, '[1].path'],
  ['an index with a zero before it', one({ op: 'remove', path: '/name/00' }), 422, '[1].path'],
  ['an index with a sign', one({ op: 'remove', path: '/name/-1' }), 422, '[1].path'],
  ['add below a primitive', one({ op: 'add', path: '/active/x', value: 1 }), 422, '[1].path'],
  ['add below what is not there', one({ op: 'add', path: '/contact/0/name', value: {} }), 422, '[1].path'],
  ['move into itself', one({ op: 'move', from: '/name', path: '/name/0' }), 422, '[1].path'],
  ['move what is not there', one({ op: 'move', from: '/gender', path: '/a' }), 422, '[1].from'],
  ['a failed test', one({ op: 'test', path: '/active', value: false }), 422, '[1]'],
  ['a test of nothing', one({ op: 'test', path: '/gender', value: null }), 422, '[1].path'],
  ['the whole removed', one({ op: 'remove', path: '' }), 422, '[1].path'],
  ['the whole replaced by no object', one({ op: 'replace', path: '', value: [] }), 422, '[1].path'],
];
