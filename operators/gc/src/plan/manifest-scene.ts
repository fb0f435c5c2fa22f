import { formatTime, type KubeObject, matchesLabels, parseApiVersion, parseLabelSelector } from 'kubewright'
import { scalars } from '../conditions/scalars.ts'
import { parseFieldPath } from '../fields/field-path.ts'
import type { Scene } from './scene.ts'

/**
 * Manifests as if they were a cluster, and all of it: what is not among them is not there. Those that no server has stamped count as created
 * at `createdAt` (wall clock, ms).
 */
export function manifestScene(name: string, manifests: readonly KubeObject[], createdAt: number): Scene {
  const objects = [...manifests, ...missingNamespaces(manifests)].map((object) => stamped(object, createdAt))
  return {
    name,
    async list({ group, kind }, { namespace, labelSelector = '', fieldSelector = '' } = {}) {
      const labels = parseLabelSelector(labelSelector)
      const fields = fieldSelector === '' ? [] : fieldSelector.split(',').map(fieldTerm)
      const taken = objects.filter(
        (object) =>
          object.kind === kind &&
          parseApiVersion(object.apiVersion ?? '').group === group &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          matchesLabels(labels, object.metadata.labels) &&
          fields.every(({ path, value }) => path.all(object).flatMap(scalars).includes(value)),
      )
      return { is: 'read', objects: taken }
    },
    isNamespaced: async () => undefined,
  }
}

/** Where there are objects there is a namespace, though nobody has written down its labels. */
function missingNamespaces(manifests: readonly KubeObject[]): readonly KubeObject[] {
  const written = new Set(manifests.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name))
  const used = new Set(manifests.flatMap(({ metadata: { namespace } }) => (namespace === undefined ? [] : [namespace])))
  return [...used.difference(written)].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
}

/** As `kubectl get -o yaml` writes them, or as a person does: without uid and stamps. */
function stamped(object: KubeObject, createdAt: number): KubeObject {
  const { metadata } = object
  const { uid = `${object.kind}/${metadata.namespace ?? ''}/${metadata.name}`, creationTimestamp = formatTime(createdAt) } = metadata
  return { ...object, metadata: { ...metadata, uid, creationTimestamp, resourceVersion: metadata.resourceVersion ?? '1' } }
}

/** Our own selectors: equalities, whose values escape backslash, comma and equals sign. */
function fieldTerm(term: string) {
  const at = term.indexOf('=')
  return { path: parseFieldPath(term.slice(0, at)), value: term.slice(at + 1).replace(/\\(.)/g, '$1') }
}
