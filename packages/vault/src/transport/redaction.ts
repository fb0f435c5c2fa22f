/** What replaces everything that must not be read. */
export const REDACTED = '[redacted]'

/** Longer than any sentence Vault writes by itself: the rest of a longer one is what somebody sent. */
const LONGEST_SENTENCE = 300

/** Vault's tokens (service, batch, recovery; with and without the prefix of 1.10), JWTs, and what 256 bits look like in hex or base64. */
const CREDENTIALS = [
  /\b(?:hv[sbr]|[sbr])\.[A-Za-z0-9_-]{8,}/g,
  /\b[\w-]{4,}\.[\w-]{4,}\.[\w-]{4,}\b/g,
  /\b[0-9a-fA-F]{32,}\b/g,
  /[A-Za-z0-9+/]{40,}={0,2}/g,
]

/**
 * Vault's sentences as they may be shown. Vault echoes input in some of them ("got unconvertible type …, value: 'map[b:1]'"), so whatever was sent is
 * taken out, and whatever looks like a credential; control characters and the layout of its error lists go too.
 * @param sent the strings of the request that are secret
 */
export function cleanSentences(errors: readonly string[], sent: Iterable<string>): string[] {
  const secrets = [...new Set([...sent].filter((text) => text !== ''))].sort((a, b) => b.length - a.length)
  return errors.map((error) => clean(error, secrets)).filter((error) => error !== '')
}

function clean(error: string, secrets: readonly string[]): string {
  let text = error
    .replace(/^\d+ errors? occurred:\s*/, '')
    .replace(/\s*\n\s*\*\s*/g, ', ')
    .replace(/^\*\s*/, '')
    .replace(/value: '[\s\S]*'/g, `value: ${REDACTED}`)
  for (const secret of secrets) text = hide(text, secret)
  for (const credential of CREDENTIALS) text = text.replace(credential, REDACTED)
  text = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/^, /, '')
  return text.length > LONGEST_SENTENCE ? `${text.slice(0, LONGEST_SENTENCE)}…` : text
}

/** A secret of one or two characters is hidden only where it stands alone, or the sentence would be full of holes. */
function hide(text: string, secret: string): string {
  if (secret.length >= 3) return text.replaceAll(secret, REDACTED)
  return text.replaceAll(`'${secret}'`, `'${REDACTED}'`).replaceAll(`"${secret}"`, `"${REDACTED}"`)
}

/** All strings in a JSON value, names of fields excepted: they are Vault's or a Secret's keys, and shown in conditions anyway. */
export function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'number' || typeof value === 'boolean') yield String(value)
  else if (Array.isArray(value)) for (const item of value) yield* stringsIn(item)
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) yield* stringsIn(item)
}
