import type { User } from '../authn/user.ts'
import type { StoredResource } from '../registry/resource.ts'
import type { Operation } from './configuration.ts'

export interface KindVersion {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** In which API version of a resource a webhook is asked: the kind of what is sent (of `/scale` a Scale), and the resource it is sent to. */
export interface ReviewForm extends KindVersion {
  readonly resourceGroup: string
  readonly resourceVersion: string
  readonly resource: string
}

/** One write, as admission webhooks are told of it. */
export interface ReviewedRequest {
  readonly resource: StoredResource
  readonly form: ReviewForm
  readonly subresource: string
  /** `DELETE`, or what it turns out to be: a PUT or an apply may create. */
  readonly operation: Operation
  /** Empty where the server makes it. */
  readonly name: string
  /** Of a Namespace its own name. */
  readonly namespace: string
  readonly user: User
  readonly dryRun: boolean
  /** As they were given; their kind follows from the operation. */
  readonly options: object
  readonly signal: AbortSignal
  /** Takes what webhooks want to be told to the client. */
  readonly warn: (text: string) => void
  /** Takes what they want to stand in the audit log. */
  readonly annotate: (key: string, value: string) => void
}
