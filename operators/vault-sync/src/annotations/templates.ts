import { parseTemplate } from '../desired/template.ts'
import { annotation } from './names.ts'
import { isObject, parseJson, type Read } from './source-list.ts'

const NAME = annotation('templates')

/** `vault-sync.io/templates`: `{"url": "postgres://{{ db/user }}:{{ db/password | urlencode }}@db"}`. */
export function readTemplates(text: string): Read<Readonly<Record<string, string>>> {
  const json = parseJson(NAME, text)
  if (json.problems.length > 0) return { value: {}, problems: json.problems }
  if (!isObject(json.value)) return { value: {}, problems: [`${NAME}: must be a JSON object from keys in Vault to templates`] }
  const problems: string[] = []
  const value: Record<string, string> = {}
  for (const [key, template] of Object.entries(json.value)) {
    if (typeof template !== 'string' || key === '') problems.push(`${NAME}: "${key}": must be a text`)
    else {
      const parsed = parseTemplate(template)
      if (parsed.is === 'malformed') problems.push(`${NAME}: "${key}": ${parsed.problem}`)
      else value[key] = template
    }
  }
  if (Object.keys(json.value).length === 0) problems.push(`${NAME}: the object is empty: name a key, or remove the annotation`)
  return { value, problems }
}
