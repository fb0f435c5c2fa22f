import { X509Certificate } from 'node:crypto'
import { errors, NO_CONTENT, NOTHING_THERE, UNSUPPORTED_OPERATION } from '../answer.ts'
import { globFits, list, type TokenSettings, text, tokenSettings } from '../fields.ts'
import { answer, type Backend, type BackendContext, data, type Operation, type Outcome } from '../logical/backend.ts'
import { issueFor } from './approle.ts'

interface Role extends TokenSettings {
  /** PEM of the authority, or of the very certificate. */
  readonly certificate: string
  readonly commonNames: readonly string[]
}

/** Client certificates of the connection. */
export class CertAuth implements Backend {
  readonly type = 'cert'
  readonly #context: BackendContext
  readonly #roles = new Map<string, Role>()

  constructor(context: BackendContext) {
    this.#context = context
  }

  exists({ path }: Operation): boolean | undefined {
    const name = /^certs\/([^/]+)$/.exec(path)?.[1]
    return name === undefined ? undefined : this.#roles.has(name)
  }

  isLogin(path: string): boolean {
    return path === 'login'
  }

  handle(operation: Operation): Outcome {
    const { method, path, data: body } = operation
    if (path === 'login') return this.#login(operation)
    const name = /^certs\/([^/]+)$/.exec(path)?.[1]
    if (name === undefined) return answer(UNSUPPORTED_OPERATION)
    if (method === 'DELETE') {
      this.#roles.delete(name)
      return answer(NO_CONTENT)
    }
    if (method === 'GET') return this.#roles.has(name) ? data({ ...this.#roles.get(name) }) : answer(NOTHING_THERE)
    const certificate = text(body['certificate'])
    if (!certificate.includes('BEGIN CERTIFICATE')) return answer(errors(400, 'failed to parse certificate'))
    this.#roles.set(name, { ...tokenSettings(body), certificate, commonNames: list(body['allowed_common_names']) })
    return answer(NO_CONTENT)
  }

  #login({ data: body, request }: Operation): Outcome {
    if (request.clientCertificate === undefined) return answer(errors(400, 'client certificate must be supplied'))
    const certificate = new X509Certificate(request.clientCertificate)
    const commonName = /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1] ?? ''
    const wanted = text(body['name'])
    const found = [...this.#roles].find(([name, role]) => (wanted === '' || wanted === name) && matches(role, certificate, commonName))
    if (found === undefined) return answer(errors(400, 'invalid certificate or no client certificate supplied'))
    const [name, role] = found
    const login = { alias: commonName, displayName: `cert-${name}`, metadata: { cert_name: name, common_name: commonName }, path: 'login' }
    return { is: 'auth', token: issueFor(this.#context, role, login) }
  }
}

function matches(role: Role, certificate: X509Certificate, commonName: string): boolean {
  const trusted = new X509Certificate(role.certificate)
  const issued = trusted.fingerprint256 === certificate.fingerprint256 || (trusted.ca && certificate.verify(trusted.publicKey))
  return issued && (role.commonNames.length === 0 || role.commonNames.some((pattern) => globFits(pattern, commonName)))
}
