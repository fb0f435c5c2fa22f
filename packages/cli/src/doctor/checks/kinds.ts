import { CustomResourceDefinition } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { type CrdManifest, essenceOf, type GivenCrd } from '@kubewright/schema'
import type { StoredDefinition } from '../../kinds/stored-definition.ts'
import { crdsOf } from '../../manifests/crds.ts'
import type { Check } from '../context.ts'
import { differencesOf } from '../difference.ts'
import { counted, type Finding, outcomeOf } from '../finding.ts'

/** So many differences are named; who reads them applies the CRD anyway. */
const NAMED = 3

/** What is wrong with one CRD as the cluster has it. `apply`: the command that mends it. */
export function kindFindings(wanted: CrdManifest, live: StoredDefinition | undefined, apply: string): readonly Finding[] {
  const object = `crd/${wanted.metadata.name}`
  const found = (level: Finding['level'], problem: string, mend = apply): Finding => ({ level, object, problem, mend })
  if (live === undefined) return [found('error', 'it is not in the cluster: its objects cannot be made')]
  const condition = (type: string) => live.status?.conditions?.find((each) => each.type === type)
  const names = condition('NamesAccepted')
  const lost = (live.status?.storedVersions ?? []).filter((version) => !wanted.spec.versions.some(({ name }) => name === version))
  const stored = wanted.spec.versions.find(({ storage }) => storage)!.name
  const older = (live.status?.storedVersions ?? []).filter((version) => version !== stored && !lost.includes(version))
  return [
    ...(names?.status === 'False'
      ? [found('error', `its names are taken: ${names.message ?? 'another CRD has them'}`, 'remove the other CRD, or rename the kind')]
      : condition('Established')?.status === 'True'
        ? []
        : [found('error', 'it is not established: the API server does not serve it', `kubectl describe ${object}`)]),
    ...(lost.length > 0
      ? [
          found(
            'error',
            `objects may be stored in ${lost.join(', ')}, which the program does not have any more`,
            'run a release that has both versions first, with --install-crds, which moves the objects',
          ),
        ]
      : []),
    ...(older.length > 0
      ? [
          found(
            'warning',
            `objects may still be stored in ${older.join(', ')}: that version can never go`,
            'run the program with --install-crds, which writes them once more in the stored version',
          ),
        ]
      : []),
    ...driftFindings(wanted, live, found),
  ]
}

function driftFindings(
  wanted: CrdManifest,
  live: StoredDefinition,
  found: (level: Finding['level'], problem: string) => Finding,
): readonly Finding[] {
  const essence = (crd: unknown) => essenceOf({ ...(crd as GivenCrd), metadata: { name: wanted.metadata.name } } as GivenCrd)
  const differences = differencesOf(essence(wanted), essence(live))
  const strategy = live.spec.conversion?.strategy ?? 'None'
  const more = differences.length > NAMED ? ` and ${differences.length - NAMED} more` : ''
  return [
    ...(differences.length > 0
      ? [found('error', `it is not as the program defines it: ${differences.slice(0, NAMED).join('; ')}${more}`)]
      : []),
    ...(wanted.spec.conversion !== undefined && strategy !== 'Webhook'
      ? [found('error', 'its versions are not converted: objects are handed out in one version under the name of another')]
      : []),
  ]
}

export const kinds: Check = {
  name: 'kinds',
  about: 'whether the CRDs are there, established, as the programs define them, and free of lost stored versions',
  async run({ client, subjects, namespace, signal }) {
    const definitions = await client.resource(CustomResourceDefinition, { signal })
    const findings: Finding[] = []
    let looked = 0
    for (const subject of subjects) {
      for (const wanted of crdsOf(subject, namespace)) {
        looked++
        const live = await definitions.get({ name: wanted.metadata.name }, { signal }).catch((error: unknown) => {
          if (isNotFound(error)) return undefined
          throw error
        })
        const apply = `${subject.printing('crds')} | kubectl apply --server-side -f -`
        findings.push(...kindFindings(wanted, live as unknown as StoredDefinition | undefined, apply))
      }
    }
    return outcomeOf(findings, counted(looked, 'CRD'))
  },
}
