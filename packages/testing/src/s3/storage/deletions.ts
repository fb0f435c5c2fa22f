import { ApiError, s3Error } from '../protocol/api-error.ts'
import { childrenOf, type Element, element, leaf, optional, textOf } from '../protocol/xml.ts'
import { isLocked, type Version } from './bucket.ts'
import { bodyOf, type S3Call, type S3Operation, xmlAnswer } from './call.ts'

interface Deleted {
  readonly marker: boolean
  /** Of the version that went, or of the marker that came. */
  readonly versionId: string | undefined
}

/** Without a version a marker comes where there is versioning; with one, that version goes. @throws ApiError for a locked one */
function remove(call: S3Call, key: string, versionId: string | undefined): Deleted {
  const { bucket, store, headers } = call
  if (versionId === undefined && bucket.versioning !== 'never') {
    const id = bucket.newVersionId(() => store.directory.ids.hex(32))
    const replaced = id === 'null' ? bucket.version(key, id) : undefined
    if (replaced !== undefined) refuseLocked(replaced, call)
    const empty = {
      body: Buffer.alloc(0),
      etag: '',
      headers: {},
      tags: new Map<string, string>(),
      acl: 'private',
      retention: undefined,
      legalHold: false,
    }
    bucket.add({ key, id, isMarker: true, modified: store.now(), ownerId: bucket.ownerId, ...empty })
    return { marker: true, versionId: id }
  }
  const version = bucket.version(key, versionId ?? 'null')
  if (version !== undefined) {
    refuseLocked(version, call, headers['x-amz-bypass-governance-retention'] === 'true' && call.may('s3:BypassGovernanceRetention', key))
    bucket.remove(version)
  }
  return { marker: version?.isMarker === true, versionId }
}

function refuseLocked(version: Version, { store }: S3Call, bypass = false): void {
  if (!isLocked(version, store.now(), bypass)) return
  const message = 'Access Denied because object protected by object lock.'
  throw store.dialect.lock.denied === 'AccessDenied' ? s3Error('AccessDenied', message) : s3Error('InvalidRequest', message)
}

export const DELETE_OBJECT: S3Operation = {
  ...{ name: 'DeleteObject', on: 'object', write: true },
  action: ({ query }) => (query.has('versionId') ? 's3:DeleteObjectVersion' : 's3:DeleteObject'),
  run(call) {
    const { marker, versionId } = remove(call, call.key, call.query.get('versionId'))
    return {
      status: 204,
      headers: { ...(versionId !== undefined && { 'x-amz-version-id': versionId }), ...(marker && { 'x-amz-delete-marker': 'true' }) },
    }
  },
}

const MOST = 1000

export const DELETE_OBJECTS: S3Operation = {
  // Each object is asked for on its own; without any right all come back as errors.
  ...{ name: 'DeleteObjects', action: '', on: 'bucket', write: true },
  run(call) {
    const { lists } = call.store.dialect
    const root = bodyOf(call, 'Delete')
    const objects = childrenOf(root, 'Object')
    if (objects.length === 0 && lists.emptyDelete !== undefined) throw s3Error(lists.emptyDelete)
    if (objects.length > MOST) throw s3Error(lists.tooManyDeletes)
    const quiet = textOf(root, 'Quiet') === 'true'
    const results = objects.map((object) => deleteOne(call, object)).filter(({ name }) => !quiet || name === 'Error')
    return xmlAnswer(element('DeleteResult', ...results))
  },
}

function deleteOne(call: S3Call, object: Element): Element {
  const key = textOf(object, 'Key') ?? ''
  const asked = textOf(object, 'VersionId')
  const versionId = asked === '' ? undefined : asked
  try {
    if (!call.may(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', key)) throw s3Error('AccessDenied')
    const done = remove(call, key, versionId)
    const marker = done.marker
      ? [leaf('DeleteMarker', true), optional('DeleteMarkerVersionId', done.versionId)].flatMap((each) => each ?? [])
      : undefined
    return element('Deleted', leaf('Key', key), optional('VersionId', versionId), marker)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return element('Error', leaf('Key', key), optional('VersionId', versionId), leaf('Code', error.code), leaf('Message', error.message))
  }
}
