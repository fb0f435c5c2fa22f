import { storedBucketPolicy } from '../authorizer.ts'
import { minioPolicy } from '../dialect/rewrites.ts'
import { type PolicyDocument, parsePolicy, type Statement } from '../policy/document.ts'
import { isPublic } from '../policy/evaluation.ts'
import { matchesAction, matchesPattern } from '../policy/pattern.ts'
import { s3Error } from '../protocol/api-error.ts'
import { element, leaf, textOf } from '../protocol/xml.ts'
import { type S3Call, type S3Operation, xmlAnswer } from './call.ts'
import { BUCKET_ACTIONS, OBJECT_ACTIONS } from './rights.ts'

export const POLICY_OPERATIONS: Readonly<Record<string, S3Operation>> = {
  'GET policy': {
    ...{ name: 'GetBucketPolicy', action: 's3:GetBucketPolicy', on: 'bucket', write: false },
    run({ bucket }) {
      if (bucket.policy === undefined) throw s3Error('NoSuchBucketPolicy', undefined, { details: { BucketName: bucket.name } })
      return { status: 200, headers: { 'content-type': 'application/json' }, body: bucket.policy }
    },
  },
  'PUT policy': {
    ...{ name: 'PutBucketPolicy', action: 's3:PutBucketPolicy', on: 'bucket', write: true },
    run(call) {
      const { bucket, body, store } = call
      const text = body.toString('utf8')
      const document = checked(text, call)
      const block = bucket.configurations.get('publicAccessBlock')
      if (block !== undefined && textOf(block, 'BlockPublicPolicy') === 'true' && isPublic(document)) {
        throw s3Error(
          'AccessDenied',
          'User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
        )
      }
      const { stored } = store.dialect.policy
      bucket.policy = stored === 'verbatim' ? text : stored === 'compact' ? `${JSON.stringify(JSON.parse(text))}\n` : minioPolicy(text)
      return { status: 204 }
    },
  },
  'DELETE policy': {
    ...{ name: 'DeleteBucketPolicy', action: 's3:DeleteBucketPolicy', on: 'bucket', write: true },
    run({ bucket, store }) {
      const missing = store.dialect.deleteUnset['policy']
      if (bucket.policy === undefined && missing !== undefined) throw s3Error(missing)
      bucket.policy = undefined
      return { status: store.dialect.statuses['DELETE policy'] ?? 204 }
    },
  },
  'GET policyStatus': {
    ...{ name: 'GetBucketPolicyStatus', action: 's3:GetBucketPolicyStatus', on: 'bucket', write: false },
    run({ bucket }) {
      if (bucket.policy === undefined) throw s3Error('NoSuchBucketPolicy', undefined, { details: { BucketName: bucket.name } })
      return xmlAnswer(element('PolicyStatus', leaf('IsPublic', isPublic(storedBucketPolicy(bucket.policy)))))
    },
  },
}

function checked(text: string, call: S3Call): PolicyDocument {
  const { dialect, limits } = call.store
  const rules = dialect.policy
  try {
    JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw s3Error(rules.invalid, "Policies must be valid JSON and the first byte must be '{'")
  }
  if (rules.sizeChecked && Buffer.byteLength(text) > limits.bucketPolicy)
    throw s3Error('PolicyTooLarge', `Normalized policy document exceeds the maximum allowed size of ${limits.bucketPolicy} bytes`)
  try {
    const document = parsePolicy(text, 'resource', rules.leniency)
    for (const statement of document.statements) checkStatement(statement, call)
    return document
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw s3Error(rules.invalidDocument, error.message)
  }
}

function checkStatement({ actions, resources, principals }: Statement, { store, bucketName }: S3Call): void {
  const rules = store.dialect.policy
  const known = [...BUCKET_ACTIONS, ...OBJECT_ACTIONS]
  if (rules.actionsChecked && actions.patterns.some((pattern) => !known.some((action) => matchesAction(pattern, action))))
    throw new SyntaxError('Policy has invalid action')
  const arn = `arn:aws:s3:::${bucketName}`
  const patterns = resources?.patterns ?? []
  if (
    rules.resourcesChecked &&
    patterns.some(
      (pattern) =>
        pattern !== '*' &&
        pattern !== arn &&
        !pattern.startsWith(`${arn}/`) &&
        !matchesPattern(pattern, arn) &&
        !matchesPattern(pattern, `${arn}/x`),
    )
  ) {
    throw new SyntaxError('Policy has invalid resource')
  }
  if (rules.actionFitsResource && !actions.except && resources?.except === false) {
    const ofBucket = patterns.some((pattern) => !pattern.includes('/'))
    const ofObjects = patterns.some((pattern) => pattern.includes('/') || pattern.endsWith('*'))
    const fits = (pattern: string) =>
      (ofBucket && BUCKET_ACTIONS.some((action) => matchesAction(pattern, action))) ||
      (ofObjects && OBJECT_ACTIONS.some((action) => matchesAction(pattern, action)))
    if (!actions.patterns.every(fits)) throw new SyntaxError('Action does not apply to any resource(s) in statement')
  }
  if (rules.principalsChecked)
    for (const each of principals?.by['AWS'] ?? []) if (!principalExists(each, store)) throw new SyntaxError('Invalid principal in policy')
}

/** Who is named has to be there: a policy that names a user who is gone cannot be put again. */
function principalExists(principal: string, { directory }: S3Call['store']): boolean {
  if (principal === '*') return true
  if (/^\d{12}$/.test(principal)) return directory.accounts.has(principal)
  const all = [...directory.accounts.values()]
  if (/^A(?:ID|RO)A[A-Z0-9]+$/.test(principal))
    return all.some(({ users, roles }) => [...users.values(), ...roles.values()].some(({ id }) => id === principal))
  const parts = /^arn:aws:(iam|sts)::(\d{12}):(root|user|role|assumed-role)(?:\/(.+))?$/.exec(principal)
  if (parts === null) return false
  const account = directory.accounts.get(parts[2]!)
  if (account === undefined) return false
  if (parts[3] === 'user')
    return [...account.users.values()].some((user) => account.arn('user', user) === principal && user.visibleAt <= account.now)
  if (parts[3] === 'role')
    return [...account.roles.values()].some((role) => account.arn('role', role) === principal && role.visibleAt <= account.now)
  return parts[3] === 'root' || account.roles.has(parts[4]?.split('/')[0] ?? '')
}
