import { describe, expect, test } from 'vitest'
import { isCelEvaluationError } from '../errors.ts'
import { compileCel } from '../program.ts'
import { AUTHORIZER, RESOURCE_CHECK } from '../types/signature.ts'
import { type AccessQuestion, type CelAuthorizer, celAuthorizer, requestResourceCheck } from './authorization.ts'

/** Allows `get` of anything, and remembers what it was asked. */
function authorizer(asked: unknown[], user = 'ann'): CelAuthorizer {
  return {
    decide(question: AccessQuestion) {
      asked.push({ user, ...question })
      if (question.verb === 'fail') return { allowed: false, reason: '', error: 'no answer' }
      return { allowed: question.verb === 'get', reason: `${user} asked` }
    },
    serviceAccount: (namespace, name) => authorizer(asked, `system:serviceaccount:${namespace}:${name}`),
  }
}

const variables = { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK }
const place = { group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'ns', name: 'web' }

function evaluate(text: string) {
  const asked: unknown[] = []
  const own = authorizer(asked)
  const bindings = { authorizer: celAuthorizer(own), 'authorizer.requestResource': requestResourceCheck(own, place) }
  return { ...compileCel(text, { variables }).evaluate(bindings), asked }
}

function failure(text: string): string {
  try {
    evaluate(text)
  } catch (error) {
    if (isCelEvaluationError(error)) return error.message
    throw error
  }
  throw new Error('it was evaluated')
}

const blank = { subresource: '', namespace: '', name: '' }

describe('the authorizer', () => {
  test.each<[string, string, boolean | string, object]>([
    ['a path', "authorizer.path('/healthz').check('get').allowed()", true, { user: 'ann', is: 'path', verb: 'get', path: '/healthz' }],
    [
      'all objects of a resource',
      "authorizer.group('').resource('pods').check('create').allowed()",
      false,
      { user: 'ann', is: 'resource', verb: 'create', group: '', resource: 'pods', ...blank },
    ],
    [
      'a part of one object',
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('ns').name('web').check('get').reason()",
      'ann asked',
      { user: 'ann', is: 'resource', verb: 'get', ...place },
    ],
    [
      'what the request is about',
      "authorizer.requestResource.check('get').allowed()",
      true,
      { user: 'ann', is: 'resource', verb: 'get', ...place },
    ],
    [
      'what the request is about, elsewhere',
      "authorizer.requestResource.namespace('other').check('get').allowed()",
      true,
      { user: 'ann', is: 'resource', verb: 'get', ...place, namespace: 'other' },
    ],
    [
      'a list by selectors, which RBAC knows nothing of',
      "authorizer.group('').resource('pods').fieldSelector('spec.nodeName=a').labelSelector('a=b').check('get').allowed()",
      true,
      { user: 'ann', is: 'resource', verb: 'get', group: '', resource: 'pods', ...blank },
    ],
    [
      'what a ServiceAccount may',
      "authorizer.serviceAccount('ns', 'robot').path('/x').check('get').reason()",
      'system:serviceaccount:ns:robot asked',
      { user: 'system:serviceaccount:ns:robot', is: 'path', verb: 'get', path: '/x' },
    ],
  ])('is asked about %s', (_, text, expected, question) => {
    const { value, asked } = evaluate(text)
    expect(value).toBe(expected)
    expect(asked).toEqual([question])
  })

  test('tells when it could not decide', () => {
    expect(evaluate("authorizer.path('/x').check('fail').errored()").value).toBe(true)
    expect(evaluate("authorizer.path('/x').check('fail').error()").value).toBe('no answer')
    expect(evaluate("authorizer.path('/x').check('get').error()").value).toBe('')
  })

  test.each([
    ["authorizer.path(' ').check('get').allowed()", 'path must not be empty'],
    ["authorizer.group('').resource('').check('get').allowed()", 'resource must not be empty'],
    ["authorizer.serviceAccount('NS', 'robot').path('/x').check('get').allowed()", 'Invalid service account namespace'],
    ["authorizer.serviceAccount('ns', 'Robot').path('/x').check('get').allowed()", 'Invalid service account name'],
  ])('is not asked %s', (text, expected) => {
    expect(failure(text)).toBe(expected)
  })

  test('costs so much that few questions are within the budget of an expression', () => {
    const question = "authorizer.path('/x').check('get').allowed()"
    expect(evaluate(question).cost).toBeGreaterThan(350_000)
    expect(() => evaluate(`${question} && ${question} && ${question}`)).toThrow('actual cost limit exceeded')
  })
})
