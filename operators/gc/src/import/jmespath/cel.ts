import { type Comparator, EVERY, JmesPathError, type Node, type Step } from './node.ts'

/**
 * The condition in CEL, about `object`. What is not there is falsy in JMESPath and an error in CEL, so each use of a path is preceded by the
 * question whether it is there. Where the translation is an error at run time, the object is kept.
 * @throws JmesPathError naming what is not translated
 */
export function celOf(node: Node): string {
  switch (node.is) {
    case 'and':
      return `(${celOf(node.left)} && ${celOf(node.right)})`
    case 'or':
      return `(${celOf(node.left)} || ${celOf(node.right)})`
    case 'not':
      return `!${bracketed(celOf(node.of))}`
    case 'literal':
      return isTrue(node.value) ? 'true' : 'false'
    case 'compare':
      return comparison(node.operator, node.left, node.right)
    case 'call':
      return callOf(node.name, node.args)
    case 'path': {
      const { there, value } = path(node.steps)
      return both(there, `![dyn(null), dyn(false), dyn(""), dyn([]), dyn({})].exists(empty, empty == ${value})`)
    }
  }
}

const isTrue = (value: unknown) =>
  !(value === null || value === false || value === '' || (typeof value === 'object' && Object.keys(value).length === 0))

interface Valued {
  /** CEL that holds when the value is there; '' when it always is. */
  readonly there: string
  readonly value: string
}

function comparison(operator: Comparator, left: Node, right: Node): string {
  const [a, b] = [valued(left), valued(right)]
  const there = [a.there, b.there].filter((part) => part !== '').join(' && ')
  if (operator === '==' || operator === '!=') {
    const equal = isNull(right) ? eitherOr(a, b) : isNull(left) ? eitherOr(b, a) : both(there, `${a.value} == ${b.value}`)
    return operator === '==' ? equal : `!${bracketed(equal)}`
  }
  return both(there, `${a.value} ${operator} ${b.value}`)
}

const isNull = (node: Node) => node.is === 'literal' && node.value === null
const eitherOr = (a: Valued, b: Valued) => (a.there === '' ? `${a.value} == ${b.value}` : `(!${bracketed(a.there)} || ${a.value} == null)`)

function valued(node: Node): Valued {
  if (node.is === 'literal') return { there: '', value: literal(node.value) }
  if (node.is === 'path') return path(node.steps)
  if (node.is === 'call' && node.name === 'length' && node.args.length === 1) {
    const { there, value } = valued(node.args[0]!)
    return { there, value: `size(${value})` }
  }
  throw new JmesPathError(`${node.is === 'call' ? `the function ${node.name}` : 'a condition as a value'} is not translated`)
}

function callOf(name: string, args: readonly Node[]): string {
  const [subject, other] = args
  if (args.length === 2 && subject !== undefined && other !== undefined) {
    const [a, b] = [valued(subject), valued(other)]
    const there = [a.there, b.there].filter((part) => part !== '').join(' && ')
    if (name === 'starts_with') return both(there, `${a.value}.startsWith(${b.value})`)
    if (name === 'ends_with') return both(there, `${a.value}.endsWith(${b.value})`)
    if (name === 'contains') return both(there, `(type(${a.value}) == list ? ${b.value} in ${a.value} : ${a.value}.contains(${b.value}))`)
  }
  if (name === 'length' && args.length === 1) return `(${comparison('>', { is: 'call', name, args }, { is: 'literal', value: 0 })})`
  throw new JmesPathError(`the function ${name} is not translated`)
}

function path(steps: readonly Step[]): Valued {
  let value = 'object'
  const there: string[] = []
  steps.forEach((step, index) => {
    if (step === EVERY) {
      if (index < steps.length - 1) throw new JmesPathError('a projection ([] within a path) is not translated')
      return
    }
    if (typeof step === 'number') {
      there.push(`size(${value}) > ${step}`)
      value = `${value}[${step}]`
    } else if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(step) && !RESERVED.has(step)) {
      value = `${value}.${step}`
      there.push(`has(${value})`)
    } else {
      there.push(`${JSON.stringify(step)} in ${value}`)
      value = `${value}[${JSON.stringify(step)}]`
    }
  })
  return { there: there.join(' && '), value }
}

/** Words that CEL keeps for itself. */
const RESERVED = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(' '),
)

function literal(value: unknown): string {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
    throw new JmesPathError('a literal list or object with something in it is not translated')
  return JSON.stringify(value)
}

const both = (there: string, holds: string) => (there === '' ? holds : `(${there} && ${holds})`)
const bracketed = (text: string) => (text.startsWith('(') || text.startsWith('!') || /^\w+$/.test(text) ? text : `(${text})`)
