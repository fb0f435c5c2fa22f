import type { CredentialSource, Credentials } from './identity.ts'

/** The same credentials; `tell` hears each secret in them before it is used, and again only when it has changed. */
export function toldCredentials(source: CredentialSource, tell: (secret: string) => void): CredentialSource {
  let told: ReadonlySet<string> = new Set()
  let last: Credentials | undefined
  return {
    async current(signal) {
      const credentials = await source.current(signal)
      if (credentials === last) return credentials
      const secrets = new Set(secretsOf(credentials))
      for (const secret of secrets) if (!told.has(secret)) tell(secret)
      told = secrets
      last = credentials
      return credentials
    },
    renew: (refused) => source.renew(refused),
    close: () => source.close(),
  }
}

function secretsOf({ authorization = '', certificate }: Credentials): readonly string[] {
  const space = authorization.indexOf(' ')
  const [scheme, value] = [authorization.slice(0, space), authorization.slice(space + 1)]
  const secrets = value === '' ? [] : [value]
  // The header alone is no form in which a password would be shown by mistake.
  if (scheme === 'Basic') {
    const login = Buffer.from(value, 'base64').toString()
    secrets.push(login.slice(login.indexOf(':') + 1))
  }
  if (certificate !== undefined) secrets.push(certificate.key)
  return secrets.filter((secret) => secret !== '')
}
