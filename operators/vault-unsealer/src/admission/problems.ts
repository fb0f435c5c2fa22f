import { parseDuration, parseLabelSelector } from 'kubewright'
import type { VaultUnsealer, VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'
import { parseAddress, parseTargetUrl } from '../members/target-url.ts'
import { isTimeZone } from '../windows/windows.ts'

export interface Problem {
  readonly field: string
  readonly is: 'invalid' | 'duplicate' | 'forbidden'
  readonly message: string
}

/** What is wrong with a spec beside its schema. The webhook refuses it, and the controller does nothing by it. */
export function problemsOf({ spec, metadata }: Pick<VaultUnsealer, 'spec' | 'metadata'>): readonly Problem[] {
  return [
    ...urlProblems(spec),
    ...caProblems(spec),
    ...duplicateKeys(spec, metadata.namespace ?? ''),
    ...discoveryProblems(spec),
    ...raftProblems(spec),
    ...initializeProblems(spec, metadata.namespace ?? ''),
    ...timeProblems(spec),
  ]
}

const invalid = (field: string, message: string): Problem => ({ field, is: 'invalid', message })

function urlProblems({ vault }: VaultUnsealerSpec): readonly Problem[] {
  const parsed = parseTargetUrl(vault.url)
  if (parsed.is === 'wrong') return [invalid('spec.vault.url', parsed.why)]
  if (!parsed.url.secure && !vault.allowPlaintext)
    return [
      {
        field: 'spec.vault.url',
        is: 'forbidden',
        message: 'key shares would travel readable: use https://, or set spec.vault.allowPlaintext to true',
      },
    ]
  return []
}

function caProblems({ vault }: VaultUnsealerSpec): readonly Problem[] {
  if (vault.caBundleSecretRef !== undefined && vault.caBundleConfigMapRef !== undefined)
    return [invalid('spec.vault.caBundleConfigMapRef', 'there is a caBundleSecretRef, too: leave one of them out')]
  return []
}

/** A reference without a namespace and one with the object's own are the same. */
function duplicateKeys({ unsealKeysSecretRefs }: VaultUnsealerSpec, own: string): readonly Problem[] {
  const seen = new Map<string, number>()
  return unsealKeysSecretRefs.flatMap(({ namespace = own, name, key, keyPrefix }, index) => {
    const id = JSON.stringify([namespace, name, key, keyPrefix])
    const first = seen.get(id)
    if (first === undefined) {
      seen.set(id, index)
      return []
    }
    return [
      {
        field: `spec.unsealKeysSecretRefs[${index}]`,
        is: 'duplicate' as const,
        message: `is the same as spec.unsealKeysSecretRefs[${first}]`,
      },
    ]
  })
}

function discoveryProblems(spec: VaultUnsealerSpec): readonly Problem[] {
  const problems: Problem[] = []
  if (spec.vaultLabelSelector !== undefined) {
    const why = selectorProblem(spec.vaultLabelSelector)
    if (why !== undefined) problems.push(invalid('spec.vaultLabelSelector', why))
  }
  for (const [index, address] of (spec.addresses ?? []).entries())
    if (parseAddress(address, 1) === undefined) problems.push(invalid(`spec.addresses[${index}]`, 'must be HOST or HOST:PORT'))
  if (spec.addresses !== undefined && spec.namespaces !== undefined)
    problems.push(invalid('spec.namespaces', 'means pods, and spec.addresses are none: leave it out'))
  return problems
}

function selectorProblem(text: string): string | undefined {
  try {
    parseLabelSelector(text)
    return text.trim() === '' ? 'must select something: an empty selector means every pod' : undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'is no label selector'
  }
}

function raftProblems({ raft, vault }: VaultUnsealerSpec): readonly Problem[] {
  if (raft?.join !== true || vault.clientCertSecretRef === undefined) return []
  const message =
    'with spec.vault.clientCertSecretRef a node would need the operator’s private key to join, and does not get it: use retry_join'
  return [{ field: 'spec.raft.join', is: 'forbidden', message }]
}

function initializeProblems({ initialize, addresses, unsealKeysSecretRefs }: VaultUnsealerSpec, own: string): readonly Problem[] {
  if (initialize === undefined) return []
  const { shares, threshold, pgpKeys, rootTokenPgpKey, secretRef } = initialize
  const problems: Problem[] = []
  const wrong = (field: string, message: string) => problems.push(invalid(`spec.initialize.${field}`, message))
  if (threshold > shares) wrong('threshold', `there are ${shares} shares: ${threshold} cannot be needed`)
  else if (shares > 1 && threshold === 1) wrong('threshold', 'must be at least 2 when there are several shares')
  if (addresses !== undefined)
    wrong('secretRef', 'is for pods, of which it is known that there are no others; initialise what spec.addresses names by hand')
  if (pgpKeys !== undefined && pgpKeys.length !== shares) wrong('pgpKeys', `must be as many as there are shares: ${shares}`)
  if (pgpKeys !== undefined && rootTokenPgpKey === undefined)
    wrong('rootTokenPgpKey', 'must be there with pgpKeys: nodes that are opened by others leave nobody to revoke the root token')
  const isSource = unsealKeysSecretRefs.some(
    ({ name, namespace = own, key }) => namespace === own && name === secretRef.name && key === secretRef.key,
  )
  if (pgpKeys === undefined && !isSource)
    wrong('secretRef', 'must be one of spec.unsealKeysSecretRefs: else the shares that are kept there would open nothing')
  return problems
}

function timeProblems({ windows = [], freezes = [] }: VaultUnsealerSpec): readonly Problem[] {
  const of = (name: string, list: NonNullable<VaultUnsealerSpec['windows']>) =>
    list.flatMap(({ timeZone }, index) =>
      isTimeZone(timeZone) ? [] : [invalid(`spec.${name}[${index}].timeZone`, `"${timeZone}" is no time zone, such as Europe/Berlin`)],
    )
  return [...of('windows', windows), ...of('freezes', freezes)]
}

/** What is legal, and seldom meant. */
export function warningsFor(spec: VaultUnsealerSpec): readonly string[] {
  const interval = parseDuration(spec.interval)
  return [
    ...(spec.keyThreshold === 0
      ? []
      : [`spec.keyThreshold: the node says how many shares it needs; ${spec.keyThreshold} is the most that are sent`]),
    ...(spec.keyThreshold > 10 * Math.max(1, spec.unsealKeysSecretRefs.length)
      ? ['spec.keyThreshold is more than ten times the number of sources']
      : []),
    ...(spec.mode.ha ? [] : ['spec.mode.ha is false: nodes are opened one after the other']),
    ...(interval < 10_000 ? ['spec.interval below 10s: events do the work, this is a safety net'] : []),
    ...(interval > 3_600_000 ? ['spec.interval above 1h: what no event tells is noticed that late'] : []),
    ...(spec.vault.allowPlaintext && spec.vault.url.startsWith('http:') ? ['spec.vault.allowPlaintext: key shares travel readable'] : []),
    ...(spec.vault.insecureSkipVerify && spec.vault.caBundleSecretRef === undefined && spec.vault.caBundleConfigMapRef === undefined
      ? ['spec.vault.insecureSkipVerify: key shares go to whoever answers']
      : []),
  ]
}
