import { z } from 'zod'

/** A number or a text, such as a port by number or name, a count or a percentage. The API server keeps which of the two it was. */
export function intOrString() {
  return z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true })
}

/** An object of which nothing is known: everything in it is kept. */
export function anyFields() {
  return z.looseObject({})
}

/** An RFC 3339 date and time. It stays text; core's `parseTime` reads it strictly. */
export function timestamp() {
  return z.string().meta({ format: 'date-time' })
}

/** A whole Kubernetes object inside another: `apiVersion`, `kind` and `metadata` are checked by the API server, the rest is kept. */
export function embeddedObject() {
  return z.looseObject({ apiVersion: z.string(), kind: z.string() }).meta({ 'x-kubernetes-embedded-resource': true })
}
