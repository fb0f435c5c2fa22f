import type { KubeObject } from '@kubewright/core'
import { Redaction } from '../log/redaction.ts'
import type { SecretValues } from '../log/secret-values.ts'
import type { Told } from './change-reader.ts'

/** kubectl keeps here all that was applied, the data of a Secret too. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** One change as JSON, without what nobody should see: a Secret's data, managed fields, the values that the program knows to be secret. */
export function visibleText(told: Told, redaction: Redaction): string {
  const shown = 'object' in told ? { ...told, object: visible(told.object) } : told
  // Text by text: what is cut out must not cut the JSON.
  return JSON.stringify(shown, (_, value: unknown) => (typeof value === 'string' ? redaction.text(value) : value))
}

/** A text without the values that are known to be secret, or look so. */
export function visibleWords(text: string, secrets: SecretValues): string {
  return new Redaction(secrets).text(text)
}

/** One object without all that, and without fields whose names say that they hold a secret. */
export function visibleObject(object: KubeObject, secrets: SecretValues): object {
  return new Redaction(secrets).document(visible(object)) as object
}

function visible(object: KubeObject): object {
  const { managedFields: _, annotations, ...metadata } = object.metadata
  const shown = annotations === undefined ? {} : { annotations: without(annotations, LAST_APPLIED) }
  const seen = { ...object, metadata: { ...metadata, ...shown } }
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return seen
  const { data, stringData: __, ...rest } = seen as { readonly data?: object; readonly stringData?: object }
  return { ...rest, ...(data === undefined ? {} : { data: Object.fromEntries(Object.keys(data).map((key) => [key, '[redacted]'])) }) }
}

function without(annotations: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== name))
}
