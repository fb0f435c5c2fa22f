import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Client, ConfigurationError, isAlreadyExists, isNotFound, Namespace, Secret } from 'kubewright'
import { digestKey } from './desired/digest.ts'
import type { Identity } from './sync/world.ts'

/** Holds the key of digests, in the operator's own namespace. */
export const DIGEST_KEY_SECRET = 'kubewright-vault-sync-digest-key'

const KEY_FIELD = 'key'
/** Of HMAC-SHA-256: as long as its output. */
const KEY_BYTES = 32

export interface IdentityOptions {
  readonly clusterName: string
  readonly digestKeyFile?: string | undefined
}

/** Asks for what it needs once; a failure is no answer, and is asked again. */
export function identityOf(client: Client, options: IdentityOptions): (signal: AbortSignal) => Promise<Identity> {
  let asked: Promise<Identity> | undefined
  return (signal) => {
    asked ??= load(client, options, signal).catch((error: unknown) => {
      asked = undefined
      throw error
    })
    return asked
  }
}

async function load(client: Client, { clusterName, digestKeyFile }: IdentityOptions, signal: AbortSignal): Promise<Identity> {
  const key = digestKeyFile === undefined ? await keyInSecret(client, signal) : await keyInFile(digestKeyFile)
  return { digestKey: digestKey(key), cluster: clusterName === '' ? await clusterUid(client, signal) : clusterName }
}

async function keyInFile(path: string): Promise<Buffer> {
  const key = await readFile(path)
  if (key.length < 16) throw new ConfigurationError(`--vault-sync-digest-key-file: ${path} has ${key.length} bytes: a key needs 16 or more`)
  return key
}

async function keyInSecret(client: Client, signal: AbortSignal): Promise<Buffer> {
  const resource = await client.resource(Secret, { signal })
  const at = { namespace: client.namespace, name: DIGEST_KEY_SECRET }
  const read = async () => Buffer.from((await resource.get(at, { signal })).data?.[KEY_FIELD] ?? '', 'base64')
  try {
    return await read()
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  const key = randomBytes(KEY_BYTES)
  try {
    await resource.create(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { ...at, labels: { 'app.kubernetes.io/managed-by': 'kubewright' } },
        type: 'Opaque',
        data: { [KEY_FIELD]: key.toString('base64') },
      },
      { signal },
    )
    return key
  } catch (error) {
    // Another replica was faster; its key is the one.
    if (!isAlreadyExists(error)) throw error
    return await read()
  }
}

/** A cluster that nobody has named is told from others by the uid of a namespace that every cluster has. */
async function clusterUid(client: Client, signal: AbortSignal): Promise<string> {
  const { metadata } = await (await client.resource(Namespace, { signal })).get({ name: 'kube-system' }, { signal })
  return metadata.uid ?? ''
}
