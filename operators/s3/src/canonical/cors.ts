import type { BucketSpec } from '../kinds/bucket.ts'
import type { Json } from './json.ts'
import { asSet } from './order.ts'

type Fields = Readonly<Record<string, unknown>>

/** The rules as S3's API has them. */
export function corsRules(spec: NonNullable<BucketSpec['cors']>): readonly Fields[] {
  return spec.rules.map(({ id, allowedOrigins, allowedMethods, allowedHeaders, exposedHeaders, maxAgeSeconds }) => ({
    ...(id && { ID: id }),
    AllowedOrigins: allowedOrigins,
    AllowedMethods: allowedMethods,
    ...(allowedHeaders?.length && { AllowedHeaders: allowedHeaders }),
    ...(exposedHeaders?.length && { ExposeHeaders: exposedHeaders }),
    MaxAgeSeconds: maxAgeSeconds,
  }))
}

/** The meaning of CORS rules: the first that fits counts, so their order stays; within a rule all lists are sets, and headers have no case. */
export function canonicalCors(rules: unknown): Json {
  if (!Array.isArray(rules)) return []
  return rules.map((rule: Fields) => ({
    AllowedOrigins: list(rule['AllowedOrigins']),
    AllowedMethods: list(rule['AllowedMethods'], (method) => method.toUpperCase()),
    AllowedHeaders: list(rule['AllowedHeaders'], (header) => header.toLowerCase()),
    ExposeHeaders: list(rule['ExposeHeaders'], (header) => header.toLowerCase()),
    // Absent and zero are the same to the servers that answer with a zero for nothing; no browser keeps an answer for zero seconds.
    MaxAgeSeconds: typeof rule['MaxAgeSeconds'] === 'number' && rule['MaxAgeSeconds'] !== 0 ? rule['MaxAgeSeconds'] : undefined,
  }))
}

function list(value: unknown, spell: (text: string) => string = (text) => text): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? asSet(value.map((item) => spell(String(item)))) : undefined
}
