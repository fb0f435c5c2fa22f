import { z } from 'kubewright'
import { ALLOW_FROM } from './group.ts'

const name = z.string().min(1).max(253)
const namespace = z
  .string()
  .min(1)
  .max(63)
  .optional()
  .describe(`Default: that of the object. In another one the referenced object must consent, by its annotation ${ALLOW_FROM}.`)

/** One of our objects. */
export const reference = () => z.object({ name, namespace })

/** One key of a Secret. */
export const secretKey = (key: string) => z.object({ name, key: z.string().min(1).max(253).default(key), namespace })

/** What a reference is once it is read from an object. */
export interface Reference {
  readonly name: string
  readonly namespace?: string
}
