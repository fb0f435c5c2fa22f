import type { DynamicObject } from '@kubewright/core'
import type { Conversion } from '../../registry/resource.ts'

export interface SchemaConversionOptions {
  /** `group/version` of the form that clients of this resource see. */
  readonly served: string
  /** `group/version` in which objects are kept. */
  readonly stored: string
  /** From this revision on every write has been in this one form: what it left needs no second look. Infinity: there are several forms. */
  readonly since: number
  /** Distinguishes what this makes from what an earlier definition made of the same object. */
  readonly id: number
  /** Makes what is stored fit the definition: defaults that it has got since, fields that it has lost. */
  readonly read: (object: DynamicObject) => DynamicObject
}

/**
 * The strategy `None`: only the apiVersion differs between versions. What was stored under an earlier schema is shown under the present one, and
 * what that costs is paid once for each object.
 */
export class SchemaConversion implements Conversion {
  readonly id: number
  private readonly options: SchemaConversionOptions
  private readonly seen = new WeakMap<DynamicObject, DynamicObject>()

  constructor(options: SchemaConversionOptions) {
    this.id = options.id
    this.options = options
  }

  readonly toStorage = (object: DynamicObject): DynamicObject => withVersion(object, this.options.stored)

  readonly fromStorage = (object: DynamicObject): DynamicObject => {
    const { served, since, read } = this.options
    if (Number(object.metadata.resourceVersion) > since) return withVersion(object, served)
    let shown = this.seen.get(object)
    if (shown === undefined) {
      shown = withVersion(read(object), served)
      this.seen.set(object, shown)
    }
    return shown
  }
}

const withVersion = (object: DynamicObject, apiVersion: string): DynamicObject =>
  object.apiVersion === apiVersion ? object : { ...object, apiVersion }
