import { ConfigurationError } from '@kubewright/core'

/** How tenants share a queue: however much one of them has waiting, another's next key is at most one round away. */
export interface FairnessOptions {
  /** Whose a key is. @default one tenant for all keys: first come, first served */
  readonly tenantOf?: (key: string) => string
  /** How large a tenant's share is beside the others' (asked when it comes up). Held between 0.01 and 100, so that no mistake in it starves anybody. @default 1 */
  readonly weightOf?: (tenant: string) => number
  /**
   * What is shared evenly: `keys` counts what was handed out; `time` counts how long it was worked on, so that a tenant whose keys take
   * long gets fewer of them. @default 'keys'
   */
  readonly share?: 'keys' | 'time'
  /**
   * How many keys of one tenant may be worked on at a time. Sharing evenly cannot keep a slow tenant from holding every worker in a moment
   * when nobody else has anything; this can, at the price of workers that stand idle. @default no limit
   */
  readonly perTenant?: number
}

/** {@link FairnessOptions} with every default in place. */
export interface Fairness {
  readonly tenantOf: (key: string) => string
  /** The tenant's weight, in bounds. */
  readonly weightOf: (tenant: string) => number
  readonly share: 'keys' | 'time'
  readonly perTenant: number
}

const LEAST_WEIGHT = 0.01
const MOST_WEIGHT = 100

/** @throws ConfigurationError when `perTenant` is no whole number of 1 or more. */
export function resolveFairness({ tenantOf = () => '', weightOf, share = 'keys', perTenant }: FairnessOptions = {}): Fairness {
  if (perTenant !== undefined && !(Number.isInteger(perTenant) && perTenant >= 1))
    throw new ConfigurationError(`queue: "perTenant" is ${perTenant}: it must be a whole number of 1 or more, or left out for no limit`)
  return {
    tenantOf,
    weightOf: (tenant) => {
      const weight = weightOf?.(tenant) ?? 1
      return Number.isNaN(weight) ? 1 : Math.min(Math.max(weight, LEAST_WEIGHT), MOST_WEIGHT)
    },
    share,
    perTenant: perTenant ?? Number.POSITIVE_INFINITY,
  }
}
