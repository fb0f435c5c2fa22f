import { formatTime } from '@kubewright/core'
import { fieldsAt } from '../fields.ts'
import { labelName } from '../object-meta.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

/** Named by every object in the namespace, so that selectors over namespaces can name one. */
const NAME_LABEL = 'kubernetes.io/metadata.name'

export const namespaces: Strategy = {
  ...defaultStrategy,
  name: labelName,
  statusSeparated: true,
  metadataByStatus: 'all',
  selectable: { 'status.phase': textAt('status', 'phase') },
  defaults(draft) {
    draft.metadata.labels = { ...draft.metadata.labels, [NAME_LABEL]: draft.metadata.name ?? '' }
  },
  prepareCreate(draft) {
    const spec = fieldsAt(draft, 'spec')
    const finalizers = Array.isArray(spec['finalizers']) ? spec['finalizers'] : []
    spec['finalizers'] = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes']
    draft['status'] = { phase: 'Active' }
  },
  prepareUpdate(draft, old) {
    // spec.finalizers are removed through /finalize alone.
    draft['spec'] = old['spec']
  },
  deletion: {
    is: 'marked',
    mark(draft, { now }) {
      draft.metadata.deletionTimestamp = formatTime(now)
      draft['status'] = { ...fieldsAt(draft, 'status'), phase: 'Terminating' }
    },
    ready: (object) => {
      const spec = object['spec'] as { readonly finalizers?: readonly string[] } | undefined
      return (spec?.finalizers ?? []).length === 0 && (object.metadata.finalizers ?? []).length === 0
    },
  },
}
