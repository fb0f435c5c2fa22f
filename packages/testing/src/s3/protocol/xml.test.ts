import fc from 'fast-check'
import { expect, test } from 'vitest'
import { child, type Element, element, leaf, parseXml, textOf, writeXml } from './xml.ts'

const name = fc.constantFrom('Rule', 'ID', 'Prefix', 'Tag', 'Key')
// XML cannot tell a carriage return that is written as it is, and blanks around elements mean nothing.
const text = fc.string({ unit: 'grapheme' })
const tree = fc.letrec<{ element: Element }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small' },
    fc.record({ name, text, children: fc.constant([]) }),
    fc.record({ name, text: fc.constant(''), children: fc.array(tie('element'), { minLength: 1, maxLength: 3 }) }),
  ),
})).element

test('what is written reads the same, whatever the texts are', () => {
  fc.assert(
    fc.property(tree, (root) => {
      expect(parseXml(writeXml(root, 'urn:x'))).toEqual(root)
    }),
  )
})

test('control characters and non-characters of keys survive', () => {
  const key = 'a\nb\r\tc\u0001\uffff&<>"\''
  expect(textOf(parseXml(writeXml(element('Contents', leaf('Key', key)))), 'Key')).toBe(key)
})

test.each([
  ['<a><b/></a>', ''],
  ['<?xml version="1.0"?>\n<!-- c --><s3:a xmlns:s3="urn:x"><b>t</b></s3:a>\n', 't'],
  ['<a xmlns="urn:x"><b>x<![CDATA[<&]]></b></a>', 'x<&'],
  ['<a><b>&#65;&#x42;&amp;</b></a>', 'AB&'],
])('reads %s', (source, expected) => {
  expect(child(parseXml(source), 'b')?.text).toBe(expected)
})

test.each([
  ['<a>'],
  ['<a></b>'],
  ['<a/><b/>'],
  ['text'],
  [''],
  ['<a>&nbsp;</a>'],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['<a b=c/>'],
])('refuses %s', (source) => {
  expect(() => parseXml(source)).toThrow(SyntaxError)
})
