import type { z } from 'zod'

/** The name under which a check says who else knows of it, in the `params` of zod's `refine`. */
const HELD_BY = 'kubewright.dev/held-by'

/** Of a check whose equal stands in the CRD: the API server refuses the same objects. */
export const HELD_BY_SERVER = { [HELD_BY]: 'server' } as const

/** Of a check that the CRD cannot say: a webhook must hold it, and the controller must live with objects that break it. */
export const HELD_BY_WEBHOOK = { [HELD_BY]: 'webhook' } as const

/** Who beside this process holds a check; `undefined` when nobody has said. */
export function holderOf(check: z.core.$ZodCheck): 'server' | 'webhook' | undefined {
  const { params } = check._zod.def as { readonly params?: Readonly<Record<string, unknown>> }
  return params?.[HELD_BY] as 'server' | 'webhook' | undefined
}
