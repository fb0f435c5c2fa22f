import * as IAM from '@aws-sdk/client-iam'
import * as S3 from '@aws-sdk/client-s3'
import * as STS from '@aws-sdk/client-sts'
import { byKey, json, outcome } from './recorder.ts'
import type { Scene } from './scene.ts'

const policy = (...statements: readonly Readonly<Record<string, unknown>>[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })
const allow = (Action: string | readonly string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource })
const deny = (Action: string, Resource = '*') => ({ Effect: 'Deny', Action, Resource })

/** Users, keys, inline policies, and that they are enforced. */
export const userScene: Scene = async ({ record, clients, name }) => {
  const iam = clients.iam()
  const s3 = clients.s3()
  const UserName = name('alice')
  const Bucket = name('enf')
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'o', Body: 'x' }))
  const arn = `arn:aws:s3:::${Bucket}`

  const create = (of: string, Path = '/k8s/c1/') =>
    iam.send(new IAM.CreateUserCommand({ UserName: of, Path, Tags: [{ Key: 'owner', Value: 'k' }] }))
  await record.call(
    'user: create with path and tags',
    create(UserName),
    ({ User }) => `Path=${User?.Path} Tags=${json(User?.Tags ?? null)}`,
  )
  await record.call('user: create again', create(UserName))
  await record.call(
    'user: get',
    iam.send(new IAM.GetUserCommand({ UserName })),
    ({ User }) => `Path=${User?.Path} Tags=${json(User?.Tags ?? null)} CreateDate=${User?.CreateDate === undefined ? 'no' : 'yes'}`,
  )
  await record.call('user: get absent', iam.send(new IAM.GetUserCommand({ UserName: 'absent' })))
  await record.call('user: delete absent', iam.send(new IAM.DeleteUserCommand({ UserName: 'absent' })))
  await record.call('user: tag', iam.send(new IAM.TagUserCommand({ UserName, Tags: [{ Key: 'a', Value: 'b' }] })))
  await record.call('user: list tags', iam.send(new IAM.ListUserTagsCommand({ UserName })), ({ Tags = [] }) => json(byKey(Tags)))
  await record.call('user: untag', iam.send(new IAM.UntagUserCommand({ UserName, TagKeys: ['a'] })))

  const key = await iam.send(new IAM.CreateAccessKeyCommand({ UserName }))
  const pair = { accessKeyId: key.AccessKey!.AccessKeyId!, secretAccessKey: key.AccessKey!.SecretAccessKey! }
  await iam.send(new IAM.CreateAccessKeyCommand({ UserName }))
  const third = await outcome(iam.send(new IAM.CreateAccessKeyCommand({ UserName })))
  record.note('key: third', third.text === '200' ? '200 (no limit)' : third.text)
  if (third.answer !== undefined)
    await iam.send(new IAM.DeleteAccessKeyCommand({ UserName, AccessKeyId: third.answer.AccessKey!.AccessKeyId }))
  await record.call('key: create for an absent user', iam.send(new IAM.CreateAccessKeyCommand({ UserName: 'absent' })))
  const listed = await iam.send(new IAM.ListAccessKeysCommand({ UserName }))
  record.note('key: list', `${listed.AccessKeyMetadata?.length}: ${Object.keys(listed.AccessKeyMetadata?.[0] ?? {}).sort()}`)
  await record.call(
    'key: last used, never',
    iam.send(new IAM.GetAccessKeyLastUsedCommand({ AccessKeyId: pair.accessKeyId })),
    ({ AccessKeyLastUsed: used }) => json([used?.ServiceName, used?.Region]),
  )

  const user = clients.s3(pair)
  const get = () => user.send(new S3.GetObjectCommand({ Bucket, Key: 'o' }))
  const write = () => user.send(new S3.PutObjectCommand({ Bucket, Key: 'p', Body: 'x' }))
  const inline = (PolicyDocument: string, PolicyName = 'one') =>
    iam.send(new IAM.PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }))
  await record.call('enforce: user without policy, GetObject', get())
  await record.call('enforce: user without policy, ListBuckets', user.send(new S3.ListBucketsCommand({})))
  const reading = policy(allow('s3:GetObject', `${arn}/*`))
  await record.call('inline: put', inline(reading))
  await record.until('enforce: inline allow GetObject', '200', get)
  await record.call('enforce: not allowed PutObject', write())
  await record.call('enforce: not allowed DeleteBucket', user.send(new S3.DeleteBucketCommand({ Bucket })))
  const { PolicyDocument = '' } = await iam.send(new IAM.GetUserPolicyCommand({ UserName, PolicyName: 'one' }))
  record.note(
    'inline: get',
    PolicyDocument === reading ? 'verbatim JSON' : decodeURIComponent(PolicyDocument) === reading ? 'percent-encoded' : 'rewritten',
  )
  await record.call('inline: list', iam.send(new IAM.ListUserPoliciesCommand({ UserName })), ({ PolicyNames }) => json(PolicyNames))
  await record.call('inline: get absent', iam.send(new IAM.GetUserPolicyCommand({ UserName, PolicyName: 'absent' })))
  await record.call('inline: put not JSON', inline('not json', 'bad'))
  await record.call('inline: put without Statement', inline('{"Version":"2012-10-17"}', 'bad'))
  await record.call('inline: put with Principal', inline(policy({ ...allow('s3:GetObject'), Principal: '*' }), 'principal'))
  await record.call('inline: 3 KB', inline(policy(allow('s3:GetObject', `${arn}/${'x'.repeat(3000)}`)), 'large'))
  await record.call(
    'inline: put for an absent user',
    iam.send(new IAM.PutUserPolicyCommand({ UserName: 'absent', PolicyName: 'one', PolicyDocument: reading })),
  )
  await record.call('inline: delete absent', iam.send(new IAM.DeleteUserPolicyCommand({ UserName, PolicyName: 'absent' })))
  await outcome(inline(policy(deny('s3:GetObject')), 'no'))
  await record.until('enforce: second inline policy denies', '403', get)
  await outcome(iam.send(new IAM.DeleteUserPolicyCommand({ UserName, PolicyName: 'no' })))
  await record.until('enforce: deny removed', '200', get)
  await outcome(inline(policy(allow(['s3:GetObject', 's3:PutObject'], `${arn}/*`))))
  await record.until('enforce: replaced policy now allows PutObject', '200', write)
  await record.call('inline: delete', iam.send(new IAM.DeleteUserPolicyCommand({ UserName, PolicyName: 'one' })))
  for (const PolicyName of ['principal', 'large']) await outcome(iam.send(new IAM.DeleteUserPolicyCommand({ UserName, PolicyName })))
  await record.until('enforce: allow removed', '403', get)

  const { User } = await iam.send(new IAM.GetUserCommand({ UserName }))
  const bucketPolicy = (statement: Readonly<Record<string, unknown>>) =>
    s3.send(new S3.PutBucketPolicyCommand({ Bucket, Policy: policy({ ...statement, Principal: { AWS: User?.Arn } }) }))
  await outcome(bucketPolicy(allow('s3:GetObject', `${arn}/*`)))
  await record.until('enforce: bucket policy allows the user', '200', get)
  await outcome(inline(reading))
  await outcome(bucketPolicy(deny('s3:GetObject', `${arn}/*`)))
  await record.until('enforce: bucket policy denies the user (identity allows)', '403', get)
  await s3.send(new S3.DeleteBucketPolicyCommand({ Bucket }))
  await record.until('enforce: after policy delete', '200', get)

  const locked = name('locked')
  await s3.send(new S3.CreateBucketCommand({ Bucket: locked }))
  await s3.send(new S3.PutObjectCommand({ Bucket: locked, Key: 'o', Body: 'x' }))
  const nobody = { ...deny('s3:*'), Principal: '*', Resource: [`arn:aws:s3:::${locked}`, `arn:aws:s3:::${locked}/*`] }
  await outcome(s3.send(new S3.PutBucketPolicyCommand({ Bucket: locked, Policy: policy(nobody) })))
  await record.call(
    'enforce: Deny * to everyone locks the admin out of objects',
    s3.send(new S3.GetObjectCommand({ Bucket: locked, Key: 'o' })),
  )
  await record.call('enforce: admin can delete that policy', s3.send(new S3.DeleteBucketPolicyCommand({ Bucket: locked })))

  await record.call(
    'key: last used, used',
    iam.send(new IAM.GetAccessKeyLastUsedCommand({ AccessKeyId: pair.accessKeyId })),
    ({ AccessKeyLastUsed: used }) => json(Object.keys(used ?? {}).sort()),
  )
  const status = (Status: 'Active' | 'Inactive', AccessKeyId = pair.accessKeyId) =>
    iam.send(new IAM.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }))
  await record.call('sts: caller identity of the user', clients.sts(pair).send(new STS.GetCallerIdentityCommand({})), ({ Arn }) =>
    Arn === User?.Arn ? 'the ARN of the user' : `${Arn}`,
  )
  await record.call('key: set Inactive', status('Inactive'))
  await record.until('enforce: inactive key', '403', get)
  await record.call('sts: caller identity with inactive key', clients.sts(pair).send(new STS.GetCallerIdentityCommand({})))
  await record.call('key: set Active', status('Active'))
  await record.until('enforce: active again', '200', get)
  await record.call('key: status of an absent key', status('Active', 'AKIAABSENTABSENT0000'))
  await record.call('key: bad status', status('Ajar' as 'Active'))
  const whole = await outcome(iam.send(new IAM.DeleteUserCommand({ UserName })))
  record.note('user: delete while it has keys and policy', whole.text === '200' ? '200 (cascades)' : whole.text)
  if (whole.text === '200') return
  for (const { AccessKeyId } of listed.AccessKeyMetadata ?? []) await iam.send(new IAM.DeleteAccessKeyCommand({ UserName, AccessKeyId }))
  await record.until('enforce: deleted key', '403', get)
  await record.call('key: delete again', iam.send(new IAM.DeleteAccessKeyCommand({ UserName, AccessKeyId: pair.accessKeyId })))
  await outcome(iam.send(new IAM.DeleteUserPolicyCommand({ UserName, PolicyName: 'one' })))
  await record.call('user: delete', iam.send(new IAM.DeleteUserCommand({ UserName })))
}

/** Managed policies, attachments and groups. */
export const managedScene: Scene = async ({ record, clients, name }) => {
  const iam = clients.iam()
  const UserName = name('bob')
  const PolicyName = name('pol')
  const GroupName = name('grp')
  await iam.send(new IAM.CreateUserCommand({ UserName }))
  const document = policy(allow('s3:ListAllMyBuckets'))
  const create = (PolicyDocument = document, of = PolicyName) =>
    iam.send(new IAM.CreatePolicyCommand({ PolicyName: of, PolicyDocument, Path: '/k8s/', Description: 'd' }))
  const made = await outcome(create())
  record.note('managed: create', made.answer === undefined ? made.text : `200 v=${made.answer.Policy?.DefaultVersionId}`)
  const PolicyArn = made.answer?.Policy?.Arn
  if (PolicyArn !== undefined) {
    await record.call('managed: create again', create())
    await record.call('managed: not JSON', create('not json', name('bad')))
    await record.call('managed: get absent', iam.send(new IAM.GetPolicyCommand({ PolicyArn: `${PolicyArn}-absent` })))
    const { PolicyVersion } = await iam.send(new IAM.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    record.note(
      'managed: version document',
      PolicyVersion?.Document === document
        ? 'verbatim JSON'
        : decodeURIComponent(PolicyVersion?.Document ?? '') === document
          ? 'percent-encoded'
          : 'rewritten',
    )
    await record.call('managed: attach', iam.send(new IAM.AttachUserPolicyCommand({ UserName, PolicyArn })))
    await record.call('managed: attach again', iam.send(new IAM.AttachUserPolicyCommand({ UserName, PolicyArn })))
    await record.call(
      'managed: attach absent policy',
      iam.send(new IAM.AttachUserPolicyCommand({ UserName, PolicyArn: `${PolicyArn}-absent` })),
    )
    await record.call(
      'managed: list attached',
      iam.send(new IAM.ListAttachedUserPoliciesCommand({ UserName })),
      ({ AttachedPolicies = [] }) => String(AttachedPolicies.length),
    )
    await record.call('managed: list entities', iam.send(new IAM.ListEntitiesForPolicyCommand({ PolicyArn })), ({ PolicyUsers = [] }) =>
      String(PolicyUsers.length),
    )
    const { AccessKey } = await iam.send(new IAM.CreateAccessKeyCommand({ UserName }))
    const user = clients.s3({ accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! })
    await record.until('enforce: attached managed policy allows', '200', () => user.send(new S3.ListBucketsCommand({})))
    await record.call('managed: delete while attached', iam.send(new IAM.DeletePolicyCommand({ PolicyArn })))
    await record.call('managed: detach', iam.send(new IAM.DetachUserPolicyCommand({ UserName, PolicyArn })))
    await record.call('managed: detach again', iam.send(new IAM.DetachUserPolicyCommand({ UserName, PolicyArn })))
    await outcome(iam.send(new IAM.DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey!.AccessKeyId! })))
    await record.call('managed: delete absent', iam.send(new IAM.DeletePolicyCommand({ PolicyArn: `${PolicyArn}-absent` })))
    const { Policy } = await iam.send(new IAM.CreatePolicyCommand({ PolicyName: name('versions'), PolicyDocument: document }))
    record.note('managed: versions until limit', await fill(iam, Policy!.Arn!))
  }
  await record.call('group: create', iam.send(new IAM.CreateGroupCommand({ GroupName })))
  await record.call('group: add user', iam.send(new IAM.AddUserToGroupCommand({ GroupName, UserName })))
  if (record.answers.get('group: add user') === '200') {
    const inGroup = await outcome(iam.send(new IAM.DeleteUserCommand({ UserName })))
    record.note('user: delete while in a group', inGroup.text === '200' ? '200 (no conflict)' : inGroup.text)
  }
  await outcome(iam.send(new IAM.RemoveUserFromGroupCommand({ GroupName, UserName })))
  await record.call('group: delete', iam.send(new IAM.DeleteGroupCommand({ GroupName })))
}

async function fill(iam: IAM.IAMClient, PolicyArn: string): Promise<string> {
  for (let count = 1; count <= 7; count++) {
    const next = await outcome(
      iam.send(
        new IAM.CreatePolicyVersionCommand({
          PolicyArn,
          PolicyDocument: policy(allow('s3:GetObject', `arn:aws:s3:::b/${count}/*`)),
          SetAsDefault: count === 1,
        }),
      ),
    )
    if (next.text !== '200') return `${count} then ${next.text}`
  }
  return 'no limit'
}

export const accountScene: Scene = async ({ record, clients, server, name }) => {
  const iam = clients.iam()
  const UserName = name('carol')
  await iam.send(new IAM.CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new IAM.CreateAccessKeyCommand({ UserName }))
  const pair = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
  await record.call('iam: unknown key', clients.iam({ ...pair, accessKeyId: 'AKIANOBODYNOBODY0000' }).send(new IAM.ListUsersCommand({})))
  await record.call('iam: wrong secret', clients.iam({ ...server.admin, secretAccessKey: 'wrong' }).send(new IAM.ListUsersCommand({})))
  await record.call('iam: user without rights calls ListUsers', clients.iam(pair).send(new IAM.ListUsersCommand({})))
  const own = await outcome(clients.iam(pair).send(new IAM.CreateAccessKeyCommand({ UserName })))
  record.note('iam: user without rights calls CreateAccessKey for self', own.text === '200' ? '200 (allowed)' : own.text)
}
