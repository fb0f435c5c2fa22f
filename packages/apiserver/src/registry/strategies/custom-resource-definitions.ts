import { type Condition, type DynamicObject, formatTime, setCondition } from '@kubewright/core'
import { CLEANUP_FINALIZER, type CustomResourceDefinition } from '../../crd/definition.ts'
import { validateDefinition, validateDefinitionUpdate } from '../../crd/validation.ts'
import { defaultClientConfig } from '../../webhooks/client-config.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

const definition = (object: DynamicObject): CustomResourceDefinition => object as unknown as CustomResourceDefinition

function storageVersions(draft: Fields): readonly unknown[] {
  return listAt(fieldsAt(draft, 'spec'), 'versions')
    .filter(({ storage }) => storage === true)
    .map(({ name }) => name)
}

/** Once an object may have been stored in a version, that version must stay readable. */
function rememberStorageVersion(draft: Fields): void {
  const status = fieldsAt(draft, 'status')
  const stored = Array.isArray(status['storedVersions']) ? (status['storedVersions'] as readonly unknown[]) : []
  status['storedVersions'] = [...new Set([...stored, ...storageVersions(draft)])]
}

export const customResourceDefinitions: Strategy = {
  ...defaultStrategy,
  unconditionalUpdate: false,
  statusSeparated: true,
  generation: true,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    const names = fieldsAt(spec, 'names')
    names['singular'] ||= String(names['kind'] ?? '').toLowerCase()
    names['listKind'] ||= `${String(names['kind'] ?? '')}List`
    const conversion = fieldsAt(spec, 'conversion')
    fill(conversion, { strategy: 'None' })
    const webhook = optionalFields(conversion, 'webhook')
    const config = webhook && optionalFields(webhook, 'clientConfig')
    if (config !== undefined) defaultClientConfig(config)
  },
  prepareCreate: (draft) => rememberStorageVersion(draft),
  prepareUpdate: (draft) => rememberStorageVersion(draft),
  validate: (object) => validateDefinition(definition(object)),
  validateUpdate: (object, old) => validateDefinitionUpdate(definition(object), definition(old)),
  deletion: {
    is: 'marked',
    mark(draft, { now }) {
      draft.metadata.deletionTimestamp = formatTime(now)
      draft.metadata.finalizers = [...new Set([...(draft.metadata.finalizers ?? []), CLEANUP_FINALIZER])]
      const status = fieldsAt(draft, 'status')
      const condition = {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      } as const
      status['conditions'] = setCondition((status['conditions'] ?? []) as readonly Condition[], condition, now)
    },
    ready: (object) => (object.metadata.finalizers ?? []).length === 0,
  },
}
