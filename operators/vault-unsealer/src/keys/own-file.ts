import { readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isErrno } from './errno.ts'

/** The mounted folder of one VaultUnsealer. */
export interface OwnFolder {
  /** Of the operator; empty when it reads no files. */
  readonly directory: string
  readonly namespace: string
  readonly name: string
}

export type OwnFile =
  | { readonly is: 'read'; readonly value: Buffer }
  | { readonly is: 'failed'; readonly why: 'EntryMissing' | 'Forbidden' | 'Malformed' | 'Unavailable'; readonly message: string }

/** More than any number of shares needs. */
const MOST_BYTES = 65_536

/** `NAMESPACE/NAME/FILE` below the operator's folder, so that an unsealer cannot read another's. Links out of its folder are not followed. */
export async function readOwnFile(file: string, { directory, namespace, name }: OwnFolder, signal: AbortSignal): Promise<OwnFile> {
  const failed = (why: Extract<OwnFile, { is: 'failed' }>['why'], message: string): OwnFile => ({
    is: 'failed',
    why,
    message: `file ${namespace}/${name}/${file}: ${message}`,
  })
  if (directory === '') return failed('Forbidden', 'the operator reads no files: set --vault-unsealer-keys-directory')
  try {
    const folder = await realpath(join(directory, namespace, name))
    const path = await realpath(join(folder, file))
    if (!path.startsWith(`${folder}${sep}`)) return failed('Forbidden', 'it is a link out of its folder')
    const value = await readFile(path, { signal })
    return value.length > MOST_BYTES ? failed('Malformed', `it is larger than ${MOST_BYTES} bytes`) : { is: 'read', value }
  } catch (error) {
    signal.throwIfAborted()
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return failed('EntryMissing', 'there is none')
    if (isErrno(error, 'EACCES', 'EPERM')) return failed('Forbidden', 'the operator may not read it')
    return failed('Unavailable', isErrno(error) ? `reading failed (${error.code})` : 'reading failed')
  }
}
