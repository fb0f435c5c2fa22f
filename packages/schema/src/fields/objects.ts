import { z } from 'zod'

/** An object of which nothing is known: everything in it is kept. */
export function anyFields() {
  return z.looseObject({})
}

/** The same object, which keeps the fields that its schema does not know. */
export function preserveUnknown<Shape extends z.ZodRawShape>(object: z.ZodObject<Shape>) {
  return object.loose()
}

/** A whole Kubernetes object inside another: `apiVersion`, `kind` and `metadata` are checked by the API server, the rest is kept. */
export function embeddedObject() {
  return z.looseObject({ apiVersion: z.string(), kind: z.string() }).meta({ 'x-kubernetes-embedded-resource': true })
}
