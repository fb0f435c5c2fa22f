import type { DynamicObject } from '@kubewright/core'
import type { Schema } from '../schema/index.ts'
import type { PrinterColumn } from '../table/index.ts'
import type { Fields } from './fields.ts'
import { awaiting, type Steps } from './steps.ts'
import type { Strategy } from './strategy.ts'
import type { TypedForm } from './typed-form.ts'

/** What discovery says of a resource in one group version. */
export interface ResourceDescription {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly Subresource[]
}

export interface Subresource {
  readonly name: string
  /** Where it is not the resource's own kind. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string }
  readonly verbs: readonly string[]
}

/** A resource whose objects are kept. */
export interface StoredResource extends ResourceDescription {
  readonly is: 'stored'
  readonly listKind: string
  /** Several resources may be views of one table: both APIs of events, all versions of a custom resource. */
  readonly storage: { readonly table: string; readonly apiVersion: string }
  readonly strategy: Strategy
  /** Reads what a client sent into the form that is stored and shown. @throws DecodeError */
  readonly read: (object: Fields) => TypedForm
  /** What a new object has before its author said anything: the zero values of its Go type. */
  readonly empty: () => DynamicObject
  /** The type of the objects, for managed fields and OpenAPI; undefined: nothing is known. */
  readonly schema: () => Schema | undefined
  /** Between the served form and the stored one. @default only apiVersion differs */
  readonly conversion?: Conversion
  /** Objects keep the apiVersion they have: see {@link asStored}. */
  readonly keepsVersion?: true
  /** Where the parts of an autoscaling/v1 Scale are found in the object. */
  readonly scale?: ScaleMapping
  /** Set for resources of CustomResourceDefinitions. */
  readonly custom?: CustomResource
}

export interface Conversion {
  readonly toStorage: (object: DynamicObject) => DynamicObject
  readonly fromStorage: (object: DynamicObject) => DynamicObject
  /** Gets what these two need to be able to answer for the objects; undefined: they can at once. @default they always can */
  readonly prepare?: (objects: readonly DynamicObject[], form: Form) => Promise<void> | undefined
  /** Distinguishes what this conversion makes from what an earlier one of the same resource made. */
  readonly id?: number
}

/** `served`: as this resource shows stored objects. `stored`: as objects of this resource are kept. */
export type Form = 'served' | 'stored'

export interface ScaleMapping {
  readonly replicas: readonly string[]
  readonly statusReplicas: readonly string[]
  /** Gives the selector as text. */
  readonly selector?: (object: DynamicObject) => string | undefined
}

export interface CustomResource {
  readonly crd: string
  readonly columns: readonly PrinterColumn[]
  /** Said with every request to this version. */
  readonly warnings: readonly string[]
  /** The CRD is being deleted: nothing new is taken. */
  readonly terminating: boolean
}

/** A resource that computes an answer and keeps nothing: reviews. */
export interface ActionResource extends ResourceDescription {
  readonly is: 'action'
  readonly action: string
}

export type ServedResource = StoredResource | ActionResource

export const apiVersionOfResource = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? version : `${group}/${version}`

/** The key of an object in its table. */
export const storageKey = (namespace: string | undefined, name: string): string => (namespace ? `${namespace}/${name}` : name)

/** The object as this resource serves it. */
export function served(resource: StoredResource, stored: DynamicObject): DynamicObject {
  if (resource.conversion !== undefined) return resource.conversion.fromStorage(stored)
  const apiVersion = apiVersionOfResource(resource)
  return stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion }
}

/**
 * The resource as its objects lie in the store, whatever version each of them has: for what the server itself writes to metadata, which must not
 * depend on a webhook. Only resources that one converts differ from themselves.
 */
export function asStored(resource: StoredResource): StoredResource {
  if (resource.conversion?.prepare === undefined) return resource
  const { validate: _validate, validateUpdate: _update, defaults: _defaults, ...strategy } = resource.strategy
  const same = (object: DynamicObject) => object
  return { ...resource, strategy, conversion: { toStorage: same, fromStorage: same }, keepsVersion: true }
}

/** Waits until the objects can be had in the form, where that takes a webhook. */
export function* prepared(resource: StoredResource, objects: readonly DynamicObject[], form: Form): Steps<void> {
  const waiting = resource.conversion?.prepare?.(objects, form)
  if (waiting !== undefined) yield* awaiting(() => waiting)
}

export function toStored(resource: StoredResource, object: DynamicObject): DynamicObject {
  if (resource.conversion !== undefined) return resource.conversion.toStorage(object)
  const { apiVersion } = resource.storage
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion }
}
