import type { JsonPatchOperation } from '@kubewright/core'

/** What stands in the way of an operation that does not apply, in the words of kube-apiserver's library. */
export function patchProblem(operation: JsonPatchOperation, document: unknown): string {
  const { op, path } = operation
  switch (op) {
    case 'add':
    case 'remove': {
      const problem = placeProblem(path, document)
      return problem === undefined
        ? `${op} operation does not apply: doc is missing path: "${path}": ${MISSING}`
        : `error in ${op} for path: '${path}': ${problem}`
    }
    case 'replace':
      return `replace operation does not apply: doc is missing ${placeProblem(path, document) === undefined ? 'path' : 'key'}: ${path}: ${MISSING}`
    case 'move':
    case 'copy': {
      const { from } = operation
      const problem = placeProblem(from, document)
      if (problem === undefined) return `${op} operation does not apply: doc is missing from path: ${from}: ${MISSING}`
      return op === 'move'
        ? `error in move for path: '${tokensOf(from).at(-1)}': ${problem}`
        : `error in copy for from: '${from}': ${problem}`
    }
    case 'test':
      return `testing value ${path} failed: test failed`
  }
}

const MISSING = 'missing value'

/** What is wrong with the last step of a path; undefined when the way to it is missing. */
function placeProblem(path: string, document: unknown): string | undefined {
  const tokens = tokensOf(path)
  let parent: unknown = document
  for (const token of tokens.slice(0, -1)) {
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, token)) return undefined
    parent = (parent as Readonly<Record<string, unknown>>)[token]
  }
  const last = tokens.at(-1) ?? ''
  if (Array.isArray(parent))
    return /^\d+$/.test(last)
      ? `Unable to access invalid index: ${last}: invalid index referenced`
      : `value was not a proper array index: '${last}': strconv.Atoi: parsing ${JSON.stringify(last)}: invalid syntax`
  return typeof parent === 'object' && parent !== null ? `Unable to remove nonexistent key: ${last}: ${MISSING}` : undefined
}

const tokensOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(1)
    .map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'))
