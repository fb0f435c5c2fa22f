import type { DynamicObject } from '@kubewright/core'
import type { Conversion, Form } from '../../registry/resource.ts'
import { storageError } from '../../status/index.ts'
import { WebhookCallError } from '../../webhooks/call-error.ts'
import type { ClientConfig } from '../../webhooks/client-config.ts'
import type { WebhookClient } from '../../webhooks/webhook-client.ts'
import { ConversionError, conversionFailure, conversionReview, conversionVersion, convertedObjects } from './conversion-review.ts'

/** What conversions need of the server. */
export interface ConversionContext {
  readonly client: WebhookClient
  readonly uuid: () => string
  /** Tells conversions apart. */
  readonly nextId: () => number
  /** Aborts when the server stops. */
  readonly signal: AbortSignal
}

/** `spec.conversion.webhook` of a definition. */
export interface ConversionWebhook {
  readonly clientConfig: ClientConfig
  readonly conversionReviewVersions: readonly string[]
}

export interface WebhookConversionOptions {
  readonly webhook: ConversionWebhook
  /** `group/version` of the form that clients of this resource see. */
  readonly served: string
  /** `group/version` in which objects are kept now; older ones may lie there in others. */
  readonly stored: string
  /** Makes what came from the webhook fit the version of the form. */
  readonly read: Readonly<Record<Form, (object: DynamicObject) => DynamicObject>>
}

/** kube-apiserver's own: conversion webhooks have no setting for it. */
const TIMEOUT_SECONDS = 30

/** Converts through the webhook of a definition. What was converted once is remembered as long as the object itself is. */
export class WebhookConversion implements Conversion {
  readonly id: number
  private readonly context: ConversionContext
  private readonly options: WebhookConversionOptions
  private readonly forms: Readonly<Record<Form, WeakMap<DynamicObject, DynamicObject>>> = { served: new WeakMap(), stored: new WeakMap() }

  constructor(context: ConversionContext, options: WebhookConversionOptions) {
    this.id = context.nextId()
    this.context = context
    this.options = options
  }

  readonly toStorage = (object: DynamicObject): DynamicObject => this.converted(object, 'stored')
  readonly fromStorage = (object: DynamicObject): DynamicObject => this.converted(object, 'served')

  readonly prepare = (objects: readonly DynamicObject[], form: Form): Promise<void> | undefined => {
    const wanted = this.options[form]
    const missing = [...new Set(objects)].filter((object) => object.apiVersion !== wanted && !this.forms[form].has(object))
    return missing.length === 0 ? undefined : this.fetch(missing, form)
  }

  private converted(object: DynamicObject, form: Form): DynamicObject {
    if (object.apiVersion === this.options[form]) return object
    const known = this.forms[form].get(object)
    if (known === undefined)
      throw new Error(`an object of ${object.apiVersion} was to be ${this.options[form]} before its conversion was waited for`)
    return known
  }

  /** All in one review: a round trip for a list costs what one for an object does. Those of different versions apart, as each review has one kind of object. */
  private async fetch(objects: readonly DynamicObject[], form: Form): Promise<void> {
    const groups = [...Map.groupBy(objects, ({ apiVersion }) => apiVersion).values()]
    await Promise.all(
      groups.map(async (group) => {
        const converted = await this.ask(group, this.options[form])
        group.forEach((object, index) => {
          this.forms[form].set(object, this.options.read[form](converted[index]!))
        })
      }),
    )
  }

  private async ask(objects: readonly DynamicObject[], desired: string): Promise<readonly DynamicObject[]> {
    const { client, uuid, signal } = this.context
    const { clientConfig, conversionReviewVersions } = this.options.webhook
    const request = { version: conversionVersion(conversionReviewVersions), uid: uuid(), objects, desired }
    try {
      const answer = await client.call({ config: clientConfig, body: conversionReview(request), timeoutSeconds: TIMEOUT_SECONDS, signal })
      return convertedObjects(request, answer)
    } catch (error) {
      if (error instanceof WebhookCallError) throw storageError(conversionFailure(objects, `failed: ${error.message}`).message)
      if (error instanceof ConversionError) throw storageError(error.message)
      throw error
    }
  }
}
