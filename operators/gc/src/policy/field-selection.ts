import { escapeFieldValue, type KubeObject } from 'kubewright'
import { scalars } from '../conditions/scalars.ts'
import { parseFieldPath } from '../fields/field-path.ts'

/** A policy's field selector, split into what the server can do and what is left for us. */
export interface FieldSelection {
  /** For the list and the watch; '' when there is nothing for the server. */
  readonly onServer: string
  readonly matches: (object: KubeObject) => boolean
  readonly metadataOnly: boolean
}

/** Which fields a server can select by is fixed per kind (each kind's `SelectableFields`, and `metadata.name` and `.namespace` for all). */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  'Pod.v1': ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
  'Secret.v1': ['type'],
  'ReplicationController.v1': ['status.replicas'],
  'ReplicaSet.apps/v1': ['status.replicas'],
  'Job.batch/v1': ['status.successful'],
}
const ALWAYS = ['metadata.name', 'metadata.namespace']

/** @throws Error naming the path that is no path. */
export function selectFields(kind: string, matchFields: Readonly<Record<string, string>> = {}): FieldSelection {
  const selectable = [...ALWAYS, ...(SELECTABLE[kind] ?? [])]
  const fields = Object.entries(matchFields).map(([text, value]) => ({ text: text.replace(/^\./, ''), path: parseFieldPath(text), value }))
  const onServer = fields.filter(({ text }) => selectable.includes(text))
  const here = fields.filter(({ text }) => !selectable.includes(text))
  return {
    onServer: onServer
      .map(({ text, value }) => `${text}=${escapeFieldValue(value)}`)
      .sort((a, b) => (a < b ? -1 : 1))
      .join(','),
    // An object that left the server's set is not told apart from a deleted one, so what is selected there is not checked again here.
    matches: (object) => here.every(({ path, value }) => path.all(object).flatMap(scalars).includes(value)),
    metadataOnly: here.every(({ path }) => path.metadataOnly),
  }
}
