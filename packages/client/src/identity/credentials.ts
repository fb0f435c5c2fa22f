import type { CredentialSource, Credentials } from './identity.ts'
import type { Material } from './material.ts'
import { pairProblem } from './pem.ts'

export interface CredentialMaterials {
  readonly token?: Material
  readonly basic?: { readonly username: string; readonly password: string }
  readonly certificate?: { readonly cert: Material; readonly key: Material }
}

/** Credentials that are written down somewhere: in a kubeconfig, or in files that someone else rotates. */
export function materialCredentials(materials: CredentialMaterials): CredentialSource {
  const { token, basic, certificate } = materials
  const all = [token, certificate?.cert, certificate?.key].filter((material) => material !== undefined)
  const basicHeader = basic && `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`
  let current: Credentials = {}

  return {
    async current() {
      const authorization = token ? `Bearer ${(await token.read()).trim()}` : basicHeader
      const read = certificate && { cert: await certificate.cert.read(), key: await certificate.key.read() }
      const pair = read && usable(read, current.certificate)
      if (authorization !== current.authorization || pair?.cert !== current.certificate?.cert || pair?.key !== current.certificate?.key) {
        current = { ...(authorization !== undefined && { authorization }), ...(pair !== undefined && { certificate: pair }) }
      }
      return current
    },
    renew(refused) {
      // Somebody else's 401 has already brought new ones.
      if (refused !== current) return true
      return all.map((material) => material.invalidate()).includes(true)
    },
    close() {},
  }
}

type Pair = NonNullable<Credentials['certificate']>

/** Two files are never replaced at one instant: a new certificate with the old key is no pair, and the old pair serves until both are new. */
function usable(read: Pair, before: Pair | undefined): Pair {
  if (before === undefined || (read.cert === before.cert && read.key === before.key)) return read
  return pairProblem('', read.cert, read.key) === undefined ? read : before
}
