import type { Dialect, Method, Support } from '../dialect/dialect.ts'
import { s3Error } from '../protocol/api-error.ts'
import type { Query } from '../protocol/request.ts'
import { CREATE_BUCKET, DELETE_BUCKET, GET_LOCATION, HEAD_BUCKET, LIST_BUCKETS, RENAME_BUCKET } from './bucket-operations.ts'
import { STATE_OPERATIONS } from './bucket-states.ts'
import type { S3Operation } from './call.ts'
import { CONFIGURATION_OPERATIONS } from './configurations.ts'
import { DELETE_OBJECT, DELETE_OBJECTS } from './deletions.ts'
import { LIST_OBJECTS, LIST_OBJECTS_V2, LIST_UPLOADS, LIST_VERSIONS } from './lists.ts'
import { PROPERTY_OPERATIONS } from './object-properties.ts'
import { GET_OBJECT, HEAD_OBJECT, PUT_OBJECT } from './objects.ts'
import { POLICY_OPERATIONS } from './policy-operations.ts'
import { UPLOAD_OPERATIONS } from './uploads.ts'

/** Subresources of a bucket, by `METHOD name`. What is not here is not looked at: the request is one for the bucket itself. */
const BUCKET_SUBRESOURCES: Readonly<Record<string, S3Operation>> = {
  ...CONFIGURATION_OPERATIONS,
  ...STATE_OPERATIONS,
  ...POLICY_OPERATIONS,
  'GET location': GET_LOCATION,
  'GET versions': LIST_VERSIONS,
  'GET uploads': LIST_UPLOADS,
  'POST delete': DELETE_OBJECTS,
}

const OBJECT_SUBRESOURCES: Readonly<Record<string, S3Operation>> = { ...PROPERTY_OPERATIONS, ...UPLOAD_OPERATIONS }

/** Subresources of objects that S3 has and this does not: refused, never taken for the object itself. */
const REFUSED_ON_OBJECTS = ['torrent', 'restore', 'select', 'attributes', 'annotation', 'renameObject', 'encryption']

/** @throws ApiError for what is not implemented */
export function operationFor(method: string, bucket: string, key: string, query: Query, dialect: Dialect): S3Operation {
  if (bucket === '') {
    if (method === 'GET' || method === 'HEAD') return LIST_BUCKETS
    throw s3Error('MethodNotAllowed')
  }
  return key === '' ? bucketOperation(method, query, dialect) : objectOperation(method, query)
}

function bucketOperation(method: string, query: Query, dialect: Dialect): S3Operation {
  for (const name of query.keys()) {
    const operation = BUCKET_SUBRESOURCES[`${method} ${name}`]
    const support = supportOf(dialect, name, method)
    if (support === 'falls through') continue
    if (support !== undefined && support !== 'served') throw s3Error(support)
    if (operation !== undefined) return operation
  }
  switch (method) {
    case 'GET':
      return query.get('list-type') === '2' ? LIST_OBJECTS_V2 : LIST_OBJECTS
    case 'HEAD':
      return HEAD_BUCKET
    case 'PUT':
      return CREATE_BUCKET
    case 'DELETE':
      return DELETE_BUCKET
    case 'MOVE':
      if (dialect.bucket.rename) return RENAME_BUCKET
      throw s3Error('MethodNotAllowed')
    default:
      throw s3Error(method === 'POST' ? 'NotImplemented' : 'MethodNotAllowed')
  }
}

const supportOf = (dialect: Dialect, name: string, method: string): Support | undefined =>
  method === 'GET' || method === 'PUT' || method === 'DELETE' ? dialect.subresources[name]?.[method satisfies Method] : undefined

function objectOperation(method: string, query: Query): S3Operation {
  for (const name of query.keys()) {
    const operation = OBJECT_SUBRESOURCES[`${method} ${name}`]
    if (operation !== undefined) return operation
    if (REFUSED_ON_OBJECTS.includes(name)) throw s3Error('NotImplemented')
  }
  switch (method) {
    case 'GET':
      return GET_OBJECT
    case 'HEAD':
      return HEAD_OBJECT
    case 'PUT':
      return PUT_OBJECT
    case 'DELETE':
      return DELETE_OBJECT
    default:
      throw s3Error('MethodNotAllowed')
  }
}
