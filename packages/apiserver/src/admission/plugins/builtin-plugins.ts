import type { Store } from '../../storage/index.ts'
import { claimResize } from './claim-resize.ts'
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts'
import { defaultTolerations } from './default-tolerations.ts'
import { limitRanges } from './limit-ranges.ts'
import { PluginChain } from './plugin-chain.ts'
import { podSecurity } from './pod-security/pod-security.ts'
import { priorities } from './priorities.ts'
import { quotas } from './quota/quotas.ts'
import { runtimeClasses } from './runtime-classes.ts'

/** In kube-apiserver's order. */
export const builtinPlugins = (store: Store, now: () => number): PluginChain =>
  new PluginChain([
    limitRanges(store),
    podSecurity(store),
    priorities(store),
    defaultTolerations,
    defaultStorageClass(store),
    claimResize(store),
    runtimeClasses(store),
    defaultIngressClass(store),
    quotas(store, now),
  ])
