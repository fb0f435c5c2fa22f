import type { DynamicObject } from '@kubewright/core'

/** One state of one object. Never changes; a write makes a new entry. */
export class Entry {
  readonly key: string
  /** Deeply frozen; `metadata.resourceVersion` is {@link revision} in text. */
  readonly object: DynamicObject
  readonly revision: number
  private readonly encodings = new Map<string, Buffer>()

  constructor(key: string, object: DynamicObject, revision: number) {
    this.key = key
    this.object = object
    this.revision = revision
  }

  /**
   * The bytes of one representation (`view` names it: an apiVersion, a metadata-only form), made once and shared by every get, list and
   * watch: a hundred watchers of one resource cost one JSON.stringify a write.
   */
  encoded(view: string, encode: (object: DynamicObject) => string): Buffer {
    let bytes = this.encodings.get(view)
    if (bytes === undefined) {
      bytes = Buffer.from(encode(this.object))
      this.encodings.set(view, bytes)
    }
    return bytes
  }
}
