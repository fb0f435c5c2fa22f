import { expect, test } from 'vitest'
import { parseGoPackage } from './go-source.ts'
import { pluralOf, renderKinds } from './kind-interfaces.ts'
import { TypeModel } from './type-model.ts'
import { renderTypeTable } from './type-table.ts'

const OBJECT = '// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object\n'
const meta = `package v1
type TypeMeta struct {
	Kind string \`json:"kind,omitempty" protobuf:"bytes,1,opt,name=kind"\`
}
type ObjectMeta struct {
	Name string \`json:"name,omitempty" protobuf:"bytes,1,opt,name=name"\`
}
type ListMeta struct {
	Continue string \`json:"continue,omitempty" protobuf:"bytes,3,opt,name=continue"\`
}
`
const lamps = `package v1
import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// +enum
type Colour string
const (
	Red Colour = "red"
	Blue Colour = "blue"
)
// +protobuf.nullable=true
type Wires []string

// +genclient
// +genclient:nonNamespaced
${OBJECT}// Lamp gives light.
type Lamp struct {
	metav1.TypeMeta \`json:",inline"\`
	metav1.ObjectMeta \`json:"metadata,omitempty" protobuf:"bytes,1,opt,name=metadata"\`
	Spec LampSpec \`json:"spec,omitempty" protobuf:"bytes,2,opt,name=spec"\`
}
type LampSpec struct {
	Colour Colour \`json:"colour" protobuf:"bytes,1,opt,name=colour"\`
	// +optional
	Wires Wires \`json:"wires" protobuf:"bytes,2,opt,name=wires"\`
	Dash bool \`json:"x-dash,omitempty" protobuf:"varint,3,opt,name=dash"\`
}
${OBJECT}type LampList struct {
	metav1.TypeMeta \`json:",inline"\`
	metav1.ListMeta \`json:"metadata,omitempty" protobuf:"bytes,1,opt,name=metadata"\`
	Items []Lamp \`json:"items" protobuf:"bytes,2,rep,name=items"\`
}
`
const packageOf = (path: string) => path.split('/').slice(-2).join('/')
const model = new TypeModel([
  parseGoPackage({ name: 'lamps/v1', group: 'lamps.dev', version: 'v1', model: 'dev.lamps.v1' }, [lamps], packageOf),
  parseGoPackage({ name: 'meta/v1', group: 'meta.k8s.io', version: 'v1', model: 'io.k8s.meta.v1' }, [meta], packageOf),
])

test('a kind becomes an interface and a resource type; its list is left to the client', () => {
  const [module] = [...renderKinds(model, ['lamps/v1'])]
  expect(module?.text).toBe(`import type { KubeObject, ResourceType } from '@kubewright/core'

export type Colour = 'blue' | 'red'

/** Lamp gives light. */
export interface Lamp extends KubeObject {
  readonly spec?: LampSpec
}
export const Lamp: ResourceType<Lamp> = { group: 'lamps.dev', version: 'v1', kind: 'Lamp', plural: 'lamps', namespaced: false }

export interface LampSpec {
  readonly colour: Colour
  readonly wires?: readonly string[]
  readonly 'x-dash'?: boolean
}
`)
})

test('the table has the enumeration, the kinds, their fields, and what they reach elsewhere', () => {
  expect(renderTypeTable(model)).toBe(`# lamps/v1 lamps.dev v1 dev.lamps.v1
=Colour blue|red
Lamp K
\t- 0 meta/v1.TypeMeta i
\tmetadata 1 meta/v1.ObjectMeta o
\tspec 2 .LampSpec o
LampList k
\t- 0 meta/v1.TypeMeta i
\tmetadata 1 meta/v1.ListMeta o
\titems 2 [].Lamp r
LampSpec
\tcolour 1 .Colour r
\twires 2 wrap:[]string
\tx-dash 3 bool o
# meta/v1 meta.k8s.io v1 io.k8s.meta.v1
ListMeta
\tcontinue 3 string o
ObjectMeta
\tname 1 string o
TypeMeta
\tkind 1 string o
`)
})

test.each([
  ['Pod', 'pods'],
  ['Ingress', 'ingresses'],
  ['NetworkPolicy', 'networkpolicies'],
  ['StorageClass', 'storageclasses'],
  ['Endpoints', 'endpoints'],
  ['Gateway', 'gateways'],
])('the plural of %s is %s', (kind, plural) => expect(pluralOf(kind)).toBe(plural))

test('a package that is not there is an error', () => {
  expect(() => [...renderKinds(model, ['chairs/v1'])]).toThrow('no package chairs/v1')
})
