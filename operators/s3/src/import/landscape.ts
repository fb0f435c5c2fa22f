import { isFields } from 'kubewright'
import type { Conversion } from './conversion.ts'
import type { OriginalKind } from './original.ts'

/** What one manifest has to know of the others. */
export class Landscape {
  readonly #conversions: readonly Conversion[]

  constructor(conversions: readonly Conversion[]) {
    this.#conversions = conversions
  }

  find(kind: OriginalKind, namespace: string | undefined, name: string): Conversion | undefined {
    return this.#conversions.find((each) => each.kind === kind && each.namespace === namespace && each.name === name)
  }

  /** The name of the User that a user of IAM is of, one that a Bucket makes for itself among them. */
  userWithName(namespace: string | undefined, iamName: string): string | undefined {
    const here = this.#conversions.filter((each) => each.namespace === namespace)
    const user = here.find(({ kind, spec }) => kind === 'User' && spec.text('name') === iamName)
    if (user !== undefined) return user.name
    const bucket = here.find((each) => each.kind === 'Bucket' && userNameOf(each) === iamName)
    return bucket && `${bucket.name}-user`
  }
}

/** The user of IAM that a Bucket makes, if it makes one. */
function userNameOf({ spec }: Conversion): string | undefined {
  const autoManage = spec.get('autoManage')
  const { enabled, userName = '' } = isFields(autoManage) ? autoManage : {}
  if (enabled === false) return undefined
  return String(userName) || spec.text('name')
}
