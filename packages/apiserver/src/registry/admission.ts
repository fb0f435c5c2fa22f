import type { DynamicObject } from '@kubewright/core'

/** Those who have a say in one request before something is stored. */
export interface Admission {
  /** What is allowed in principle, and who may grant it: decided at once. `old` is absent for what is new. @throws Refusal 403 */
  readonly check?: (object: DynamicObject, old: DynamicObject | undefined) => void
  /** Absent: nobody else is to be asked. */
  readonly review?: {
    /**
     * Gives the object as it is to be, complete and with its defaults. `again` lets the server itself look at what others have made of it.
     * @throws Refusal
     */
    mutate(object: DynamicObject, old: DynamicObject | undefined, again: (object: DynamicObject) => DynamicObject): Promise<DynamicObject>
    /** @throws Refusal */
    validate(object: DynamicObject, old: DynamicObject | undefined): Promise<void>
    /** @throws Refusal */
    remove(old: DynamicObject): Promise<void>
  }
}
