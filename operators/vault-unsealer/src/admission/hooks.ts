import { type HookContext, type ObjectName, type ValidateHook, type WebhookDefinition, webhooks } from 'kubewright'
import { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { secretsOf } from '../reconcile/registry.ts'
import { problemsOf, warningsFor } from './problems.ts'

/** The original's validator, with its gaps closed; and nobody has a Secret read that he may not read himself. */
export const unsealerHooks: WebhookDefinition = webhooks(VaultUnsealer, {
  validate: [
    ({ object, errors, warn }) => {
      for (const warning of warningsFor(object.spec)) warn(warning)
      for (const { field, is, message } of problemsOf(object)) {
        if (is === 'forbidden') errors.forbidden(field, message)
        else errors.invalid(field, message)
      }
    },
    checkAuthor,
  ],
})

type Context = Parameters<ValidateHook<VaultUnsealer>>[0]

async function checkAuthor({ object, old, errors, user, client, signal }: Context): Promise<void> {
  if (old !== undefined && JSON.stringify(old.spec) === JSON.stringify(object.spec)) return
  const secrets = new Map(secretsOf(object).map((secret) => [`${secret.namespace}/${secret.name}`, secret]))
  const verdicts = await Promise.all(
    [...secrets.values()].map(async (secret) => ({ secret, may: await mayDo('get', client, user, secret, signal) })),
  )
  for (const { secret, may } of verdicts)
    if (!may)
      errors.forbidden(
        'spec',
        `you may not read Secret ${secret.namespace}/${secret.name}, so you may not have it sent anywhere either (get secrets)`,
      )
  const { initialize } = object.spec
  if (initialize === undefined) return
  const kept = { namespace: object.metadata.namespace, name: initialize.secretRef.name }
  if (!(await mayDo('patch', client, user, kept, signal)))
    errors.forbidden(
      'spec.initialize.secretRef',
      `you may not change Secret ${kept.namespace}/${kept.name}, so you may not have anything kept there either (patch secrets)`,
    )
}

async function mayDo(
  verb: 'get' | 'patch',
  client: HookContext['client'],
  user: HookContext['user'],
  { name, namespace }: ObjectName,
  signal: AbortSignal,
): Promise<boolean> {
  const { status } = await client.request<{ readonly status?: { readonly allowed?: boolean } }>('POST', SUBJECT_ACCESS_REVIEWS, {
    signal,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: user.username,
        uid: user.uid,
        groups: user.groups,
        extra: user.extra,
        resourceAttributes: { verb, resource: 'secrets', version: 'v1', name, namespace },
      },
    },
  })
  return status?.allowed === true
}

const SUBJECT_ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
