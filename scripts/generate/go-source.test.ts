import { describe, expect, test } from 'vitest'
import { type GoPackage, parseGoPackage } from './go-source.ts'

const source = `/*
Copyright: type Hidden struct { must not be read }
*/
package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	v1 "k8s.io/api/core/v1"
)

// +enum
type Colour string

const (
	// Red is red.
	Red  Colour = "red"
	Blue        = Colour("blue")
	Grey        = Colour(v1.Grey)
	Other string = "not a colour"
)

type Names []string

type Empty struct{}

// +genclient
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object

// Lamp gives light.
// It may be switched off.
//
// Second paragraph:
//   - indented
// TODO: not for readers
// +structType=atomic
// ---
// Not for readers either.
// +mapType=granular
type Lamp struct {
	metav1.TypeMeta \`json:",inline"\`
	// +optional
	metav1.ObjectMeta \`json:"metadata,omitempty" protobuf:"bytes,1,opt,name=metadata"\`

	// Watts it takes. // +notATag
	// +listType=map
	// +listMapKey=a
	// +listMapKey=b
	// +default=5
	Watts *int32 \`json:"watts" protobuf:"varint,2,opt,name=watts" patchStrategy:"merge" patchMergeKey:"a"\` // trailing
	Wires map[string][]v1.Wire \`json:"wires,omitempty" protobuf:"bytes,3,rep,name=wires"\`
	Key []byte \`json:"key" protobuf:"bytes,4,opt,name=key"\`
	ProtoOnly bool \`protobuf:"varint,5,opt,name=protoOnly"\`
}
`

const parse = (text: string): GoPackage =>
  parseGoPackage({ name: 'lamps/v1', group: 'lamps', version: 'v1', model: 'dev.lamps' }, [text], (path) =>
    path.split('/').slice(-2).join('/'),
  )

const { types } = parse(source)
const lamp = types.get('Lamp')!
const fields = 'struct' in lamp.is ? lamp.is.struct : []
const field = (json: string) => fields.find((each) => each.json === json)!

test('types are found, and what stands in comments is not', () => {
  expect([...types.keys()]).toEqual(['Colour', 'Names', 'Empty', 'Lamp'])
})

test('an enumeration has the constants of its type, wherever their values come from', () => {
  expect(types.get('Colour')?.constants.map((each) => each.value)).toEqual(['red', 'blue', { package: 'core/v1', constant: 'Grey' }])
})

describe('a comment', () => {
  test('flows, keeps its paragraphs, and drops what is for the authors', () => {
    expect(lamp.comment.text).toBe('Lamp gives light. It may be switched off.\n\nSecond paragraph:\n  - indented')
  })

  test('has its tags, those of the block above and those below the dashes among them', () => {
    expect([...lamp.comment.tags.keys()]).toEqual(['genclient', 'k8s:deepcopy-gen:interfaces', 'structType', 'mapType'])
    expect(field('watts').comment.tags.get('listMapKey')).toEqual(['a', 'b'])
    expect(field('watts').comment.tags.has('notATag')).toBe(false)
  })
})

describe('a field', () => {
  test('has its names, number and merge rules', () => {
    expect(field('watts')).toMatchObject({ proto: 2, omitEmpty: false, patchStrategy: 'merge', patchMergeKey: 'a' })
    expect(field('metadata')).toMatchObject({ proto: 1, omitEmpty: true, type: { of: 'name', package: 'meta/v1', name: 'ObjectMeta' } })
  })

  test('has its type', () => {
    expect(field('watts').type).toEqual({ of: 'pointer', element: { of: 'name', package: '', name: 'int32' } })
    expect(field('wires').type).toEqual({ of: 'map', element: { of: 'list', element: { of: 'name', package: 'core/v1', name: 'Wire' } } })
    expect(field('key').type).toEqual({ of: 'name', package: '', name: 'bytes' })
  })

  test('that exists in protobuf alone is named as there', () => expect(field('protoOnly')).toMatchObject({ proto: 5 }))
  test('that is inlined has no name', () => expect(fields[0]).toMatchObject({ json: undefined, type: { name: 'TypeMeta' } }))
})

test.each([
  ['type A struct {\n\tB chan int `json:"b"`\n}', 'cannot read the field'],
  ['type A struct {\n\tB v2.C `json:"b"`\n}', 'a package that is not imported'],
])('what is not understood stops the generator: %j', (text, message) => {
  expect(() => parse(text)).toThrow(message)
})
