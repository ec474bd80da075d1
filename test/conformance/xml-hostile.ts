// XML that is refused: what no document may be, what FHIR takes no part of, what R4 does not know. `[title, XML, the fault, its place]`.
// https://hl7.org/fhir/R4/xml.html, https://www.w3.org/TR/xml/, https://www.w3.org/TR/xml-names/
const fhir = 'http://hl7.org/fhir';
const xhtml = 'http://www.w3.org/1999/xhtml';

/** A Patient with what is given in it. */
export const patient = (inner: string, attributes = ''): string => `<Patient xmlns="${fhir}"${attributes}>${inner}</Patient>`;
const narrative = (div: string): string => patient(`<text><status value="generated"/>${div}</text>`);
const bomb = Array.from({ length: 9 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`).join('');
const contained = (inner: string): string => patient(`<contained>${inner}</contained>`);

const malformed = /^This is not well-formed XML, at line \d+, column \d+$/;
const namespace = /namespace http:\/\/hl7\.org\/fhir$/;
const noType = 'A document type is not taken';
const noInstruction = 'Processing instructions are not taken';

export const hostile: readonly (readonly [title: string, xml: string, text: string | RegExp, expression?: string])[] = [
  ['nothing', '', malformed],
  ['blanks', ' \n ', malformed],
  ['JSON', '{"resourceType":"Patient"}', malformed],
  ['no end', `<Patient xmlns="${fhir}"><active value="true"/>`, malformed],
  ['the wrong end', `<Patient xmlns="${fhir}"></patient>`, malformed],
  ['two roots', patient('') + patient(''), malformed],
  ['text before the root', `x${patient('')}`, malformed],
  ['text after the root', `${patient('')}x`, malformed],
  ['half a tag', '<Patient', malformed],
  ['an attribute without quotes', `<Patient xmlns=${fhir}/>`, malformed],
  ['an attribute twice', patient('<active value="true" value="false"/>'), malformed],
  ['a namespace twice', `<Patient xmlns="${fhir}" xmlns="${fhir}"/>`, malformed],
  ['an attribute with <', patient('<language value="<"/>'), malformed],
  ['an ampersand', patient('<language value="a & b"/>'), malformed],
  ['a control character', patient('<language value="\u0001"/>'), malformed],
  ['a reference to a control character', patient('<language value="&#1;"/>'), malformed],
  ['a reference beyond Unicode', patient('<language value="&#x110000;"/>'), malformed],
  ['a reference to half a character', patient('<language value="&#xD800;"/>'), malformed],
  ['an entity of HTML', narrative(`<div xmlns="${xhtml}">&nbsp;</div>`), malformed],
  ['an entity of nobody', patient('<language value="&file;"/>'), malformed],
  ['a prefix of nobody', patient('<f:active value="true"/>'), malformed],
  ['a document type', `<!DOCTYPE Patient>${patient('')}`, noType],
  [
    'a document type of HTML',
    `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/x.dtd">${patient('')}`,
    noType,
  ],
  ['an external entity', `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${patient('<language value="&x;"/>')}`, noType],
  ['an external parameter entity', `<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]>${patient('')}`, noType],
  ['a billion laughs', `<!DOCTYPE a [<!ENTITY e0 "ha">${bomb}]>${patient('<language value="&e9;"/>')}`, noType],
  ['a declaration within', patient('<!ENTITY x "y">'), malformed],
  ['a style sheet', `<?xml-stylesheet type="text/xsl" href="x.xsl"?>${patient('')}`, noInstruction],
  ['an instruction of PHP', patient('<?php system("id"); ?>'), noInstruction],
  ['a second declaration', `<?xml version="1.0"?><?xml version="1.0"?>${patient('')}`, noInstruction],
  ['a declaration after a blank', ` <?xml version="1.0"?>${patient('')}`, noInstruction],
  ['a section of characters', patient('<![CDATA[x]]>'), 'CDATA sections are not taken'],
  [
    'a section of characters in the narrative',
    narrative(`<div xmlns="${xhtml}"><![CDATA[<script>]]></div>`),
    'CDATA sections are not taken',
  ],
  ['a comment without end', patient('<!-- x'), 'A comment has no end'],
  ['two hyphens in a comment', patient('<!-- a -- b -->'), malformed],
  ['UTF-16 as it says', `<?xml version="1.0" encoding="UTF-16"?>${patient('')}`, 'Only UTF-8 is taken'],
  ['Latin-1 as it says', `<?xml version="1.0" encoding="ISO-8859-1"?>${patient('')}`, 'Only UTF-8 is taken'],
  ['XML 1.1', `<?xml version="1.1"?>${patient('')}`, 'Only XML 1.0 is taken'],
  ['a declaration of nothing', `<?xml?>${patient('')}`, noInstruction],
  ['two hundred levels and one', patient('<extension url="urn:x">'.repeat(200)), /^Nested more than 200 levels deep/],
  ['no namespace', '<Patient/>', namespace],
  ['the namespace of CDA', '<Patient xmlns="urn:hl7-org:v3"/>', namespace],
  ['the namespace of FHIR, nearly', `<Patient xmlns="${fhir}/"/>`, namespace],
  ['an element of no namespace', patient('<active xmlns="" value="true"/>'), namespace, 'Patient.active'],
  ['an element of XHTML', patient(`<active xmlns="${xhtml}" value="true"/>`), namespace, 'Patient.active'],
  ['a contained resource of no namespace', contained('<Patient xmlns=""/>'), namespace, 'Patient.contained[0]'],
  ['a narrative of FHIR', narrative('<div>x</div>'), /namespace http:\/\/www\.w3\.org\/1999\/xhtml$/, 'Patient.text.div'],
  [
    'a narrative with a picture of SVG',
    narrative(`<div xmlns="${xhtml}"><svg xmlns="http://www.w3.org/2000/svg"/></div>`),
    /xhtml$/,
    'Patient.text.div',
  ],
  ['a narrative with a prefix', narrative(`<h:div xmlns:h="${xhtml}">x</h:div>`), /without a prefix/, 'Patient.text.div'],
  ['an unknown element', patient('<nickname value="x"/>'), 'unknown element', 'Patient.nickname'],
  ['an element of a prototype', patient('<__proto__ value="x"/>'), 'unknown element', 'Patient.__proto__'],
  ['the name of the type as an element', patient('<resourceType value="Patient"/>'), 'unknown element', 'Patient.resourceType'],
  [
    'the JSON name beside a primitive',
    patient('<_active><extension url="urn:x"/></_active>'),
    'unknown element',
    'Patient._active',
  ],
  ['an element with a name beyond bounds', patient(`<${'a'.repeat(65)} value="x"/>`), 'unknown element', 'Patient'],
  [
    'an unknown element, deep',
    patient('<contact><name><nick value="x"/></name></contact>'),
    'unknown element',
    'Patient.contact[0].name.nick',
  ],
  [
    'an element in a primitive',
    patient('<active value="true"><value value="x"/></active>'),
    'unknown element',
    'Patient.active.value',
  ],
  ['an unknown attribute of a resource', patient('', ' id="x"'), 'unknown attribute', 'Patient.id'],
  ['an unknown attribute of an element', patient('<active value="true" lang="fr"/>'), 'unknown attribute', 'Patient.active.lang'],
  ['a value of what has none', patient('<name value="x"/>'), 'unknown attribute', 'Patient.name[0].value'],
  [
    'an attribute of another namespace',
    patient('<active value="true" x:y="z" xmlns:x="urn:x"/>'),
    'unknown attribute',
    'Patient.active.y',
  ],
  [
    'a value of another namespace',
    patient('<active x:value="true" xmlns:x="urn:x"/>'),
    'unknown attribute',
    'Patient.active.value',
  ],
  ['xml:lang outside the narrative', patient('<active value="true" xml:lang="fr"/>'), 'unknown attribute', 'Patient.active.lang'],
  [
    'an attribute around a resource',
    patient('<contained id="x"><Patient/></contained>'),
    'unknown attribute',
    'Patient.contained[0].id',
  ],
  [
    'a type of XML Schema',
    patient('<active value="true" xsi:type="x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'),
    'unknown attribute',
    'Patient.active.type',
  ],
  ['text in a resource', patient('x'), 'Text stands in value attributes alone', 'Patient'],
  ['text in a primitive', patient('<active>true</active>'), 'Text stands in value attributes alone', 'Patient.active'],
  [
    'text in an element',
    patient('<name>x<family value="y"/></name>'),
    'Text stands in value attributes alone',
    'Patient.name[0]',
  ],
  ['text around a resource', contained('x<Patient/>'), 'Text stands in value attributes alone', 'Patient.contained[0]'],
  [
    'an element twice',
    patient('<active value="true"/><active value="false"/>'),
    'This element does not repeat',
    'Patient.active',
  ],
  [
    'an element of a choice twice',
    patient('<deceasedBoolean value="true"/><deceasedDateTime value="2026"/>'),
    'Only one of deceased[x] may be present',
    'Patient.deceasedDateTime',
  ],
  [
    'elements out of order',
    patient('<gender value="female"/><active value="true"/>'),
    'This element stands before gender',
    'Patient.active',
  ],
  [
    'a list that is broken',
    patient('<name><family value="a"/></name><gender value="female"/><name><family value="b"/></name>'),
    'This element stands before gender',
    'Patient.name',
  ],
  ['two resources where one is', contained('<Patient/><Patient/>'), 'One resource is expected here', 'Patient.contained[0]'],
  ['no resource where one is', contained(''), 'A resource is expected here', 'Patient.contained[0]'],
  ['a primitive of nothing', patient('<active/>'), 'an element has a value or children', 'Patient.active'],
  ['a boolean that is none', patient('<active value="True"/>'), 'not a valid boolean', 'Patient.active'],
  ['a boolean of one', patient('<active value="1"/>'), 'not a valid boolean', 'Patient.active'],
  ['an empty boolean', patient('<active value=""/>'), 'not a valid boolean', 'Patient.active'],
  [
    'an integer that is none',
    patient('<multipleBirthInteger value="1.0"/>'),
    'not a valid integer',
    'Patient.multipleBirthInteger',
  ],
  [
    'an integer with a leading zero',
    patient('<multipleBirthInteger value="01"/>'),
    'not a valid integer',
    'Patient.multipleBirthInteger',
  ],
  [
    'an integer of many digits',
    patient(`<multipleBirthInteger value="${'9'.repeat(65)}"/>`),
    'not a valid integer',
    'Patient.multipleBirthInteger',
  ],
  [
    'a decimal that is none',
    patient('<extension url="urn:x"><valueDecimal value="1,5"/></extension>'),
    'not a valid decimal',
    'Patient.extension[0].valueDecimal',
  ],
  [
    'not a number',
    patient('<extension url="urn:x"><valueDecimal value="NaN"/></extension>'),
    'not a valid decimal',
    'Patient.extension[0].valueDecimal',
  ],
  [
    'a bare decimal point',
    patient('<extension url="urn:x"><valueDecimal value=".5"/></extension>'),
    'not a valid decimal',
    'Patient.extension[0].valueDecimal',
  ],
];

/** Too large by a bound that is ours: 413. */
export const large: readonly (readonly [title: string, xml: string, text: RegExp])[] = [
  ['values', patient('<name><family value="x"/></name>'.repeat(170_000)), /^More than 500000 elements and attributes/],
  ['line breaks', patient('\n'.repeat(2_000_001)), /^More than 2000000 line breaks, tabs and references/],
  ['references', patient(`<language value="${'&amp;'.repeat(2_000_001)}"/>`), /^More than 2000000 line breaks/],
  ['a comment', patient(`<!--${'-x'.repeat(40_000)}-->`), /^A comment of more than 65536 characters/],
];
