import { type Fields, fieldsAt, listAt } from '../../registry/fields.ts'
import type { AdmissionPlugin } from './plugin.ts'

const FAILING_NODES = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
/** Seconds that a pod stays on a node that fails, unless it says itself. */
const PATIENCE = 300

/** Lets pods stay for a while where a node fails. */
export const defaultTolerations: AdmissionPlugin = {
  tables: ['/pods'],
  admit(_, draft) {
    const spec = fieldsAt(draft, 'spec')
    const tolerations = listAt(spec, 'tolerations')
    const missing = FAILING_NODES.filter((taint) => !tolerations.some((each) => bears(each, taint)))
    if (missing.length === 0) return
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: PATIENCE }))
    spec['tolerations'] = [...tolerations, ...added]
  },
}

const bears = ({ key, effect }: Fields, taint: string): boolean => (!key || key === taint) && (!effect || effect === 'NoExecute')
