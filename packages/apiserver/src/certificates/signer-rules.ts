import type { KeyUsage, Purpose, SigningRequest } from '@kubewright/core/certificates'

/** The `usages` of a CertificateSigningRequest that a cluster's own signers grant. */
const PURPOSES: Readonly<Record<string, Purpose>> = { 'client auth': 'client', 'server auth': 'server' }
const KEY_USAGES: Readonly<Record<string, KeyUsage>> = { 'digital signature': 'digitalSignature', 'key encipherment': 'keyEncipherment' }

export interface Usages {
  readonly purposes: readonly Purpose[]
  readonly keyUsages: readonly KeyUsage[]
}

type Rule = (request: SigningRequest, usages: readonly string[]) => string | undefined

const NODES = 'system:nodes'
const NODE_PREFIX = 'system:node:'

/** Why a signer of the cluster will not sign a request, in the words of kube-controller-manager; undefined: it will. */
const RULES: Readonly<Record<string, Rule>> = {
  'kubernetes.io/kube-apiserver-client': (_request, usages) => clientUsages(usages),
  'kubernetes.io/kube-apiserver-client-kubelet': (request, usages) =>
    nodesOnly(request) ?? noAlternatives(request) ?? nodeName(request) ?? exactly('client auth', usages),
  'kubernetes.io/kubelet-serving': (request, usages) =>
    nodesOnly(request) ?? addressesOnly(request) ?? exactly('server auth', usages) ?? nodeName(request),
}

/** Undefined: somebody else signs for this name. */
export const ruleOf = (signerName: string): Rule | undefined => (Object.hasOwn(RULES, signerName) ? RULES[signerName] : undefined)

export const usagesOf = (usages: readonly string[]): Usages => ({
  purposes: usages.flatMap((usage) => PURPOSES[usage] ?? []),
  keyUsages: usages.flatMap((usage) => KEY_USAGES[usage] ?? []),
})

function clientUsages(usages: readonly string[]): string | undefined {
  const wrong = usages.find((usage) => usage !== 'client auth' && KEY_USAGES[usage] === undefined)
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

const nodesOnly = ({ organizations }: SigningRequest) =>
  organizations.length === 1 && organizations[0] === NODES ? undefined : `subject organization is not ${NODES}`

const nodeName = ({ commonName = '' }: SigningRequest) =>
  commonName.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`

const KIND_NAMES = { dns: 'DNS', email: 'Email', ip: 'IP', uri: 'URI' } as const

function noAlternatives({ alternativeKinds }: SigningRequest): string | undefined {
  const kind = (['dns', 'email', 'ip', 'uri'] as const).find((each) => alternativeKinds.has(each))
  return kind === undefined ? undefined : `${KIND_NAMES[kind]} subjectAltNames are not allowed`
}

function addressesOnly({ alternativeKinds }: SigningRequest): string | undefined {
  if (!alternativeKinds.has('dns') && !alternativeKinds.has('ip')) return 'DNS or IP subjectAltName is required'
  const kind = (['email', 'uri'] as const).find((each) => alternativeKinds.has(each))
  return kind === undefined ? undefined : `${KIND_NAMES[kind]} subjectAltNames are not allowed`
}

/** A key of RSA enciphers too; one of an elliptic curve does not. */
function exactly(purpose: string, usages: readonly string[]): string | undefined {
  const wanted = [purpose, 'digital signature']
  const rest = usages.filter((usage) => !wanted.includes(usage) && usage !== 'key encipherment')
  if (rest.length === 0 && wanted.every((usage) => usages.includes(usage))) return undefined
  return `usages did not match [${[purpose, 'digital signature', 'key encipherment'].sort().join(' ')}]`
}
