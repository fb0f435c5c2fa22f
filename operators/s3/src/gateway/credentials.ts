import { readFile } from 'node:fs/promises'

/** What requests are signed with. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface Credentials {
  readonly keys: Keys
  /** ms since the epoch; `undefined`: they do not expire. */
  readonly expiresAt: number | undefined
}

/** Credentials cannot be had as they are described. The message names the field and the mend, and no value. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError'
}

/**
 * A value of a Secret. Line ends at its end come from `echo` and editors, and are never part of a key.
 * @throws CredentialsError when nothing is left, or when there is white space inside
 */
export function credentialOf(value: string | undefined, where: string): string {
  if (value === undefined) throw new CredentialsError(`${where} is not there: create it, or correct the reference`)
  const text = value.trim()
  if (text === '') throw new CredentialsError(`${where} is empty`)
  if (/\s/.test(text)) throw new CredentialsError(`${where} has white space in it, which no key has`)
  return text
}

type Environment = Readonly<Record<string, string | undefined>>

export function environmentKeys(environment: Environment): Keys {
  const token = environment['AWS_SESSION_TOKEN']
  return {
    accessKeyId: credentialOf(environment['AWS_ACCESS_KEY_ID'], 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: credentialOf(environment['AWS_SECRET_ACCESS_KEY'], 'AWS_SECRET_ACCESS_KEY'),
    ...(token ? { sessionToken: token.trim() } : {}),
  }
}

/** @throws CredentialsError */
export async function fileKeys(path: string, profile: string): Promise<Keys> {
  return profileKeys(await text(path), profile, path)
}

/** @throws CredentialsError */
export async function webIdentityToken(path: string): Promise<string> {
  return credentialOf(await text(path), path)
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CredentialsError(`${path} cannot be read: mount it into the operator's pod`, { cause: error })
  }
}

/** A profile of an AWS credentials file. @throws CredentialsError */
export function profileKeys(file: string, profile: string, path: string): Keys {
  const fields: Record<string, string> = {}
  let section = ''
  for (const line of file.split(/\r?\n/)) {
    const heading = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]\s*$/.exec(line)
    if (heading !== null) section = heading[1]!
    const pair = /^\s*([A-Za-z_]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (pair !== null && section === profile) fields[pair[1]!.toLowerCase()] = pair[2]!
  }
  const token = fields['aws_session_token']
  return {
    accessKeyId: credentialOf(fields['aws_access_key_id'], `aws_access_key_id of profile "${profile}" in ${path}`),
    secretAccessKey: credentialOf(fields['aws_secret_access_key'], `aws_secret_access_key of profile "${profile}" in ${path}`),
    ...(token ? { sessionToken: token } : {}),
  }
}
