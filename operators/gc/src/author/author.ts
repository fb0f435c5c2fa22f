import type { UserInfo } from 'kubewright'
import type { Policy } from '../kinds/policies.ts'

/** Who wrote a policy, written down by the webhook, and never taken from anybody else. */
export const AUTHOR_ANNOTATION = 'gc.kubewright.dev/author'

/** As a SubjectAccessReview wants it. */
export interface Author {
  readonly user: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

export type Authorship =
  | { readonly is: 'known'; readonly author: Author }
  /** Admission has not seen the policy, or not this version of it. */
  | { readonly is: 'unknown'; readonly why: string }

/** What the API server adds about the credential itself: of no use for a right, and nobody's business. */
const ABOUT_CREDENTIALS = 'authentication.kubernetes.io/'

export function authorOf({ username = '', uid, groups = [], extra = {} }: UserInfo): Author {
  const kept = Object.entries(extra).filter(([key]) => !key.startsWith(ABOUT_CREDENTIALS))
  return { user: username, ...(uid !== undefined && uid !== '' && { uid }), groups, extra: Object.fromEntries(kept) }
}

/** For the annotation. `generation`: of the spec that the author wrote. */
export function writeAuthor(author: Author, generation: number): string {
  return JSON.stringify({ ...author, generation })
}

/** Who wrote the spec as it is now. A spec that was changed without the webhook's knowledge has no author. */
export function authorshipOf({ metadata }: Pick<Policy, 'metadata'>): Authorship {
  const text = metadata.annotations?.[AUTHOR_ANNOTATION]
  if (text === undefined) return { is: 'unknown', why: `the annotation ${AUTHOR_ANNOTATION} is missing` }
  const parsed = parse(text)
  if (parsed === undefined) return { is: 'unknown', why: `the annotation ${AUTHOR_ANNOTATION} cannot be read` }
  if (parsed.generation !== metadata.generation)
    return {
      is: 'unknown',
      why: `the author recorded is that of generation ${parsed.generation}, and the spec is of ${metadata.generation}`,
    }
  return { is: 'known', author: parsed.author }
}

function parse(text: string): { readonly author: Author; readonly generation: number } | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || typeof value['user'] !== 'string' || value['user'] === '' || typeof value['generation'] !== 'number')
    return undefined
  const { user, uid, groups, extra, generation } = value
  if (!isTexts(groups) || !isRecord(extra) || !Object.values(extra).every(isTexts)) return undefined
  const record = extra as Readonly<Record<string, readonly string[]>>
  return { author: { user, ...(typeof uid === 'string' && { uid }), groups, extra: record }, generation }
}

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
