/** What mends the errors that operators meet most, by the words in which servers and networks put them. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /\bis forbidden: User "([^"]+)"/,
    'the program lacks a right: compare its ClusterRole with `kubewright manifests --only rbac`, or run `kubewright doctor`',
  ],
  [/admission webhook "([^"]+)" denied/, 'an admission webhook refuses the write: its message says what it wants'],
  [/failed calling webhook/, 'the API server cannot reach a webhook: `kubewright doctor` says which and why'],
  [/exceeded quota/, 'a ResourceQuota of the namespace is used up: raise it or delete what is not needed'],
  [
    /is invalid:|is required|Unsupported value/,
    'the API server does not accept what the controller made of the spec: look at the fields it names',
  ],
  [
    /no matches for kind|the server could not find the requested resource|KindNotFound/i,
    'a kind is not installed: apply its CustomResourceDefinition, or start with --install-crds',
  ],
  [
    /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|socket hang up/,
    'the other side cannot be reached: is it running, and is the address right?',
  ],
  [/certificate|self.signed|CERT_/i, 'TLS failed: the authority that signed the certificate is not the one that is trusted here'],
  [/permission denied|403/, 'the credentials are known but may not do this: extend the policy they carry'],
  [/401|unauthorized|invalid token/i, 'the credentials are not known, or have expired'],
  [/took longer than its time|ReconcileTimeout/, 'the reconcile took too long: whatever it waited for last is slow or away'],
]

export function hintFor(error: { readonly name: string; readonly message: string }): string | undefined {
  const text = `${error.name}: ${error.message}`
  return HINTS.find(([pattern]) => pattern.test(text))?.[1]
}
