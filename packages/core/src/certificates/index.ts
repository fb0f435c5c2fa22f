// X.509 certificates without any program or library: of the embedded API server, of metrics, of webhooks. An entry of its own, because it needs
// node:crypto, and the rest of this package runs in a browser too.
export { Authority, type Pair } from './authority.ts'
export { type CertificateRequest, certificate, type KeyUsage, type Purpose, type Subject } from './certificate.ts'
export { readSigningRequest, type SigningRequest } from './signing-request.ts'
