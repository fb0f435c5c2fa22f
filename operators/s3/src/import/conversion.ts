import { type ImportedDocument, ManifestReader } from 'kubewright'
import type { OriginalKind } from './original.ts'

/** One manifest on its way: it is read field by field, and remembers what is to be told of it. */
export class Conversion {
  readonly kind: OriginalKind
  readonly name: string
  /** `undefined`: the manifest leaves it to whoever applies it. */
  readonly namespace: string | undefined
  readonly spec: ManifestReader
  readonly metadata: ManifestReader
  readonly #document: ManifestReader
  readonly #who: string
  readonly #warnings: string[] = []
  #isLeftOut = false

  constructor(kind: OriginalKind, { origin, value }: ImportedDocument) {
    this.kind = kind
    this.#document = new ManifestReader('', value)
    this.metadata = this.#document.child('metadata')
    this.spec = this.#document.child('spec')
    this.name = this.metadata.text('name') ?? 'imported'
    this.namespace = this.metadata.text('namespace')
    this.#who = `${origin}: ${kind} ${this.namespace === undefined ? '' : `${this.namespace}/`}${this.name}`
    this.#document.ignore('apiVersion', 'kind', 'status')
    this.metadata.ignore('uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink', 'finalizers')
  }

  warn(text: string): void {
    this.#warnings.push(`${this.#who}: ${text}`)
  }

  /** The manifest as a whole is not needed, and so none of its fields. */
  leaveOut(because: string): undefined {
    this.#isLeftOut = true
    this.warn(`left out: ${because}`)
    return undefined
  }

  /** What was to be told, with the fields that nobody has asked for. */
  warnings(): readonly string[] {
    if (this.#isLeftOut) return this.#warnings
    return [...this.#warnings, ...this.#document.unread().map((path) => `${this.#who}: ${path} is not converted`)]
  }
}
