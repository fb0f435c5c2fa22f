import { isForbidden } from '@kubewright/core'
import type { PolicyRule } from '@kubewright/schema'
import type { Check, DoctorContext } from '../context.ts'
import { counted, type Finding, outcomeOf } from '../finding.ts'
import { resourceName, type Subject } from '../subject.ts'

/** One thing that somebody may do or not. */
export interface Right {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly name: string | undefined
  /** Absent or empty: in the whole cluster. */
  readonly namespace?: string
}

/** The rules one by one. Paths that are no resources are left out: no operator asks for them. */
export function rightsOf(rules: readonly PolicyRule[]): readonly Right[] {
  return rules.flatMap(({ apiGroups = [''], resources = [], resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        (resourceNames ?? [undefined]).flatMap((name) => verbs.map((verb) => ({ verb, group, resource, name }))),
      ),
    ),
  )
}

export const describeRight = ({ verb, group, resource, name, namespace = '' }: Right): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` "${name}"`}${namespace === '' ? '' : ` in ${namespace}`}`

/** What is denied, in a finding for each program. */
export function rightsFindings(subject: Subject, who: string, denied: readonly Right[]): readonly Finding[] {
  if (denied.length === 0) return []
  return [
    {
      level: 'error',
      object: who,
      problem: `may not ${denied.map(describeRight).join(', ')}, which ${subject.name} does`,
      mend: `${subject.printing('rbac')} | kubectl apply -f -, and bind the roles: ${subject.printing('deployment')} has the bindings`,
    },
  ]
}

interface Identity {
  readonly user: string
  /** Whether it is another one than ours, which has to be asked about. */
  readonly other: boolean
}

/** The ServiceAccount that the Deployment of the manifests has, where there is one; else whoever runs this. */
async function identityOf(subject: Subject, { client, namespace, signal }: DoctorContext): Promise<Identity> {
  const name = resourceName(subject)
  const { items } = await client.request<{ readonly items: readonly unknown[] }>('GET', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
    signal,
    query: { fieldSelector: `metadata.name=${name}` },
  })
  return items.length > 0 ? { user: `system:serviceaccount:${namespace}:${name}`, other: true } : { user: 'you', other: false }
}

async function isAllowed(right: Right, namespace: string, identity: Identity, { client, signal }: DoctorContext): Promise<boolean> {
  const { verb, group, resource, name = '' } = right
  const [plural, subresource = ''] = resource.split('/')
  const kind = identity.other ? 'SubjectAccessReview' : 'SelfSubjectAccessReview'
  const [, , account = ''] = identity.user.split(':')
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${account}`, 'system:authenticated']
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind,
    spec: {
      resourceAttributes: { verb, group, resource: plural, subresource, name, namespace },
      ...(identity.other && { user: identity.user, groups }),
    },
  }
  const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`
  const { status } = await client.request<{ readonly status: { readonly allowed: boolean } }>('POST', path, { body, signal })
  return status.allowed
}

async function deniedOf(subject: Subject, identity: Identity, context: DoctorContext): Promise<readonly Right[]> {
  const denied: Right[] = []
  for (const { namespace = '', rules } of subject.needed)
    for (const right of rightsOf(rules)) if (!(await isAllowed(right, namespace, identity, context))) denied.push({ ...right, namespace })
  return denied
}

export const rights: Check = {
  name: 'rights',
  about: 'whether each program’s ServiceAccount (or you, where there is none) may do what the program declares',
  async run(context) {
    const findings: Finding[] = []
    const asked: string[] = []
    for (const subject of context.subjects) {
      const identity = await identityOf(subject, context)
      asked.push(
        `${counted(subject.needed.flatMap(({ rules }) => rightsOf(rules)).length, 'right')} of ${subject.name} for ${identity.user}`,
      )
      try {
        findings.push(...rightsFindings(subject, identity.user, await deniedOf(subject, identity, context)))
      } catch (error) {
        if (!isForbidden(error)) throw error
        return { is: 'skipped', why: `you may not ask what ${identity.user} may do: ${error.message}` }
      }
    }
    return outcomeOf(findings, asked.join('; '))
  },
}
