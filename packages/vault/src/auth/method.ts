import { readFile } from 'node:fs/promises'
import { apiPath, encodePath } from '../paths.ts'

/** Something that is looked up for each login: projected ServiceAccount tokens are replaced every hour. */
export type Credential = string | (() => string | Promise<string>)

/** How to get a token. `mount` is where the auth method is enabled, without `auth/`. */
export type VaultAuth =
  | { readonly method: 'kubernetes'; readonly role: string; readonly jwt: Credential /** @default "kubernetes" */; readonly mount?: string }
  | { readonly method: 'jwt'; readonly role: string; readonly jwt: Credential /** @default "jwt" */; readonly mount?: string }
  | {
      readonly method: 'approle'
      readonly roleId: string
      readonly secretId: Credential /** @default "approle" */
      readonly mount?: string
    }
  | {
      readonly method: 'userpass'
      readonly username: string
      readonly password: Credential /** @default "userpass" */
      readonly mount?: string
    }
  /** With the client certificate of the connection. */
  | { readonly method: 'cert'; readonly role?: string /** @default "cert" */; readonly mount?: string }
  /** A token made by somebody else: renewed when it can be, not revoked at the end. */
  | { readonly method: 'token'; readonly token: Credential }

export interface LoginRequest {
  readonly path: string
  readonly body: Readonly<Record<string, string>>
}

/** The request of a login; a token needs none. */
export async function loginRequest(auth: Exclude<VaultAuth, { method: 'token' }>): Promise<LoginRequest> {
  const mount = auth.mount ?? auth.method
  const login = `${apiPath('auth', mount)}/login`
  switch (auth.method) {
    case 'kubernetes':
    case 'jwt':
      // The file ends with a newline when somebody wrote it with an editor.
      return { path: login, body: { role: auth.role, jwt: (await credentialOf(auth.jwt)).trim() } }
    case 'approle':
      return { path: login, body: { role_id: auth.roleId, secret_id: (await credentialOf(auth.secretId)).trim() } }
    case 'userpass':
      return { path: `${login}/${encodePath(auth.username)}`, body: { password: await credentialOf(auth.password) } }
    case 'cert':
      return { path: login, body: auth.role === undefined ? {} : { name: auth.role } }
  }
}

export async function credentialOf(credential: Credential): Promise<string> {
  return typeof credential === 'string' ? credential : credential()
}

/** Reads the file anew for each login, without the newline at its end. */
export function credentialFile(path: string): () => Promise<string> {
  return async () => (await readFile(path, 'utf8')).trim()
}
