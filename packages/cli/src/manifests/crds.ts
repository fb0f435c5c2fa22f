import type { CrdManifest } from '@kubewright/schema'
import { conversionOf } from '@kubewright/webhook'
import type { DeployedProgram } from './deployed-program.ts'

/** The CRDs of a program's kinds. Kinds whose versions it converts say where; the authority is filled in by the program when it runs. */
export function crdsOf({ name, kinds, conversions = [] }: DeployedProgram, namespace: string): readonly CrdManifest[] {
  const conversion = conversionOf({ reach: { service: { name: `kubewright-${name}`, namespace } } }).webhook?.clientConfig
  return kinds.map((kind) => {
    const converted = conversions.some(({ group, plural }) => group === kind.group && plural === kind.plural)
    return converted && conversion !== undefined ? kind.crd({ conversion }) : kind.crd()
  })
}
