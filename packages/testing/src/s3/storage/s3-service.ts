import { mayCall, storedBucketPolicy } from '../authorizer.ts'
import type { Caller } from '../iam/entities.ts'
import { isPublic } from '../policy/evaluation.ts'
import { ApiError, s3Error } from '../protocol/api-error.ts'
import { payloadOf } from '../protocol/payload.ts'
import { type ApiAnswer, type ApiRequest, decoded } from '../protocol/request.ts'
import { checkSignature, checkTime, chunkSigner, type Signature, signatureOf } from '../protocol/signature.ts'
import { element, leaf, textOf, writeXml } from '../protocol/xml.ts'
import type { PreparedCall, ReceivedCall } from '../service.ts'
import { bucketAclAllows, objectAclAllows } from './acl.ts'
import type { Bucket } from './bucket.ts'
import type { S3Call, S3Operation, Store } from './call.ts'
import { requestContext } from './request-context.ts'
import { operationFor } from './routes.ts'

/** S3 over the store: who asks, whether he may, and what comes of it. */
export class S3Service {
  readonly #store: Store
  readonly #domain: string

  constructor(store: Store, domain: string) {
    this.#store = store
    this.#domain = domain
  }

  prepare({ request, requestId }: ReceivedCall): PreparedCall {
    const resource = request.rawPath
    const refuse: PreparedCall['refuse'] = (code, status, message, details = {}, headers = {}) => {
      // An answer to HEAD has no body: the status is all that a client learns.
      if (request.method === 'HEAD' || status === 304) return { status, headers }
      const more = Object.entries(details).map(([name, value]) => leaf(name, value))
      const body = writeXml(
        element(
          'Error',
          leaf('Code', code),
          leaf('Message', message),
          more,
          leaf('Resource', resource),
          leaf('RequestId', requestId),
          leaf('HostId', requestId),
        ),
      )
      return { status, headers: { 'content-type': 'application/xml', ...headers }, body }
    }
    try {
      const { bucket, key } = this.#target(request)
      const operation = operationFor(request.method, bucket, key, request.query, this.#store.dialect)
      const { name, write } = operation
      const parameters = {}
      return {
        service: 's3',
        operation: name,
        write,
        bucket: bucket || undefined,
        key: key || undefined,
        parameters,
        refuse,
        run: () => this.#run(operation, request, bucket, key),
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const run = () => {
        throw error
      }
      const write = request.method !== 'GET' && request.method !== 'HEAD'
      return { service: 's3', operation: 'Unknown', write, bucket: undefined, key: undefined, parameters: {}, refuse, run }
    }
  }

  /** Path style, or the bucket in front of the domain. */
  #target({ rawPath, headers }: ApiRequest): { readonly bucket: string; readonly key: string } {
    const host = (headers['host'] ?? '').replace(/:\d+$/, '')
    if (host.endsWith(`.${this.#domain}`)) return { bucket: host.slice(0, -this.#domain.length - 1), key: decoded(rawPath.slice(1)) }
    const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(rawPath) ?? []
    return { bucket: decoded(bucket), key: decoded(key) }
  }

  #run(operation: S3Operation, request: ApiRequest, bucketName: string, key: string): ApiAnswer {
    const { caller, signature, secret } = this.#authenticate(request)
    const signer = signature === undefined || secret === undefined ? undefined : chunkSigner(signature, secret)
    const body = payloadOf(request, signature, signer)
    const { query, headers } = request
    const store = this.#store
    const bucketOf = () => this.#bucket(bucketName, headers)
    const may = (action: string, of = key) => this.#may(caller, action, bucketOf(), of, request)
    const call: S3Call = {
      ...{ store, request, query, headers, body, caller, bucketName, key, may },
      get bucket() {
        return bucketOf()
      },
    }
    this.#authorize(operation, call)
    if (signature !== undefined) store.directory.used(signature)
    return operation.run(call)
  }

  #authenticate(request: ApiRequest): {
    readonly caller: Caller
    readonly signature: Signature | undefined
    readonly secret: string | undefined
  } {
    const signature = signatureOf(request)
    if (signature === undefined) return { caller: { is: 'anonymous' }, signature, secret: undefined }
    const { region, dialect } = this.#store
    if (dialect.signature.regionChecked && signature.region !== region) {
      const message = `The authorization header is malformed; the region '${signature.region}' is wrong; expecting '${region}'`
      throw s3Error('AuthorizationHeaderMalformed', message, { details: { Region: region } })
    }
    checkTime(signature, this.#store.now())
    const { caller, secret } = this.#store.directory.find(signature)
    checkSignature(request, signature, secret)
    return { caller, signature, secret }
  }

  #bucket(name: string, headers: Readonly<Record<string, string>>): Bucket {
    const bucket = this.#store.buckets.get(name)
    if (bucket === undefined) throw s3Error('NoSuchBucket', undefined, { details: { BucketName: name } })
    const expected = headers['x-amz-expected-bucket-owner']
    if (expected !== undefined && expected !== bucket.ownerId) throw s3Error('AccessDenied')
    if (bucket.region !== this.#store.region) {
      const endpoint = `s3.${bucket.region}.${this.#domain}`
      throw s3Error('PermanentRedirect', undefined, {
        details: { Endpoint: endpoint, Bucket: name },
        headers: { 'x-amz-bucket-region': bucket.region },
      })
    }
    return bucket
  }

  #authorize(operation: S3Operation, call: S3Call): void {
    const action = typeof operation.action === 'string' ? operation.action : operation.action(call)
    if (action === '') {
      void call.bucket
      return
    }
    if (operation.on === 'account' || operation.on === 'new bucket') {
      const resource = operation.on === 'account' ? 'arn:aws:s3:::*' : `arn:aws:s3:::${call.bucketName}`
      if (
        !mayCall(this.#store.directory, { caller: call.caller, action, resource, context: requestContext(call.request, this.#store.now()) })
      )
        throw s3Error('AccessDenied')
      return
    }
    if (!call.may(action))
      throw s3Error('AccessDenied', undefined, {
        headers: operation.name === 'HeadBucket' ? { 'x-amz-bucket-region': call.bucket.region } : {},
      })
  }

  #may(caller: Caller, action: string, bucket: Bucket, key: string, request: ApiRequest): boolean {
    const { directory, dialect } = this.#store
    const object =
      key !== '' && !action.startsWith('s3:ListBucket') && !action.startsWith('s3:GetBucket') && !action.startsWith('s3:PutBucket')
    const resource = `arn:aws:s3:::${bucket.name}${object ? `/${key}` : ''}`
    const stranger = caller.is === 'anonymous' || caller.accountId !== bucket.ownerId
    const block = bucket.configurations.get('publicAccessBlock')
    const restricted = block !== undefined && textOf(block, 'RestrictPublicBuckets') === 'true'
    const policy = bucket.policy === undefined ? undefined : storedBucketPolicy(bucket.policy)
    const counted = policy !== undefined && restricted && stranger && isPublic(policy) ? undefined : policy
    const ofPolicy = /^s3:(?:Get|Put|Delete)BucketPolicy$/.test(action)
    const lockout = dialect.policy.locksOutRoot
    const bindsRoot = lockout === 'for ever' || (lockout === 'but not from the policy' && !ofPolicy)
    const owner = { accountId: bucket.ownerId, policy: counted, bindsRoot }
    if (mayCall(directory, { caller, action, resource, context: requestContext(request, this.#store.now()), owner })) return true
    if (block !== undefined && textOf(block, 'IgnorePublicAcls') === 'true') return false
    if (bucketAclAllows(bucket.acl, action)) return true
    const acl = object ? bucket.current(key)?.acl : undefined
    return acl !== undefined && objectAclAllows(acl, action)
  }
}
