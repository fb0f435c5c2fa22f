import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { KubeObject } from 'kubewright'

/** A Secret or ConfigMap holds 1 MiB of values; the rest is room for what the server counts beside them. */
const LARGEST_PART = 900_000
/** The API server takes no object above 3 MiB: what unpacks to more was not packed here. */
const LARGEST_OBJECT = 16 * 1024 * 1024

/** An object as it is stored: compressed, in pieces that fit. */
export interface Archive {
  readonly parts: readonly Buffer[]
  /** Of the text before compression, in hexadecimal. */
  readonly sha256: string
}

/** In one piece. Synchronous on purpose: a usual object takes 0.1 ms, one of 1 MiB some 30 ms, and a trip through the thread pool would cost most of them more. */
export function compressed(object: KubeObject): { readonly body: Buffer; readonly sha256: string } {
  const text = Buffer.from(JSON.stringify(object))
  return { body: gzipSync(text), sha256: digest(text) }
}

export function pack(object: KubeObject): Archive {
  const { body, sha256 } = compressed(object)
  const parts: Buffer[] = []
  for (let start = 0; start < body.length; start += LARGEST_PART) parts.push(body.subarray(start, start + LARGEST_PART))
  return { parts, sha256 }
}

/** @throws Error when it is not what was packed */
export function unpack({ parts, sha256 }: Archive): KubeObject {
  const text = gunzipSync(Buffer.concat(parts), { maxOutputLength: LARGEST_OBJECT })
  if (digest(text) !== sha256) throw new Error('its content is not that of which the checksum was written down')
  return JSON.parse(text.toString('utf8')) as KubeObject
}

const digest = (text: Buffer) => createHash('sha256').update(text).digest('hex')
