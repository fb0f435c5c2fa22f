// The last line of defence: no code of ours logs a secret, and if one does, or a user's does, it does not come out.
import type { SecretValues } from './secret-values.ts'

const HIDDEN = '[redacted]'

/** Field names that hold secrets, compared without case, `-` and `_`. Names of secrets (`secretName`) are none. */
const SECRET_KEYS = new Set(
  [
    'token',
    'accessToken',
    'refreshToken',
    'idToken',
    'clientToken',
    'bearerToken',
    'rootToken',
    'vaultToken',
    'xVaultToken',
    'sessionToken',
  ]
    .concat(['password', 'passwd', 'passphrase', 'secretKey', 'secretAccessKey', 'accessKeySecret', 'clientSecret', 'apiKey', 'secretId'])
    .concat(['privateKey', 'clientKey', 'keyData', 'clientKeyData', 'authorization', 'cookie', 'setCookie', 'unsealKey', 'unsealKeys'])
    .concat(['recoveryKey', 'recoveryKeys', 'credentials', 'stringData', 'jwt'])
    .map(normalised),
)

/** `Bearer eyJ…` in a header that went into a message; a JWT anywhere; a PEM private key; a Vault or OpenBao token. */
const SECRET_TEXT =
  /(\bBearer\s+)[\w.~+/=-]{8,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|\bhv[sbr]\.[\w-]{8,}/g

const DEEPEST = 6

/** Makes what is logged fit to be seen: by the names of fields, by what secrets look like, and by the values that were registered. */
export class Redaction {
  readonly #secrets: SecretValues

  constructor(secrets: SecretValues) {
    this.#secrets = secrets
  }

  /** A copy fit for a log line: secrets hidden, errors as name, message and code, deep structures cut. */
  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, this.#value(key, value, 0)]))
  }

  text(text: string): string {
    const known = this.#secrets.hide(text)
    return known.replace(SECRET_TEXT, (_, bearer: string | undefined) => `${bearer ?? ''}${HIDDEN}`)
  }

  /** A copy of an API object, whole, fit to be shown. */
  document(value: unknown): unknown {
    return this.#document('', value)
  }

  #document(key: string, value: unknown): unknown {
    if (value === undefined || value === null || value === '') return value
    if (SECRET_KEYS.has(normalised(key))) return HIDDEN
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map((item) => this.#document('', item))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [this.text(name), this.#document(name, inner)]))
  }

  #value(key: string, value: unknown, depth: number): unknown {
    if (value === undefined || value === null) return value
    if (SECRET_KEYS.has(normalised(key))) return HIDDEN
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'object') return value
    if (value instanceof Error) return this.#error(value, depth)
    if (value instanceof Date) return value
    // Number by number, a secret in them would be found by nothing here.
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
    if (depth >= DEEPEST) return '…'
    if (Array.isArray(value)) return value.map((item) => this.#value('', item, depth + 1))
    // A Secret's `data` is base64 text under harmless names.
    const secret = 'kind' in value && value.kind === 'Secret'
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        this.text(name),
        secret && name === 'data' ? HIDDEN : this.#value(name, inner, depth + 1),
      ]),
    )
  }

  /** Not the error's other properties: clients hang requests and bodies on them. */
  #error(error: Error, depth: number): Record<string, unknown> {
    const { code, cause } = error as Error & { readonly code?: unknown }
    return {
      name: error.name,
      message: this.text(error.message),
      ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
      ...(isOurs(error) ? {} : { stack: this.text(error.stack ?? '') }),
      ...(cause === undefined || depth >= DEEPEST ? {} : { cause: this.#value('cause', cause, depth + 1) }),
    }
  }
}

/** What a server or the network answered says all in its message; only a program's own mistake is found by its stack. */
function isOurs(error: Error): boolean {
  return error.name === 'ApiError' || error.name === 'ConnectionError' || error.name === 'ConfigurationError'
}

function normalised(key: string): string {
  return key.replace(/[-_]/g, '').toLowerCase()
}
