import {
  type DefaultContext,
  isKindNotFound,
  type Kind,
  type KubeObject,
  type ResourceType,
  type ValidateContext,
  type WebhookDefinition,
  webhooks,
} from 'kubewright'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { type PolicyDefaults, readPolicy } from '../policy/policy.ts'
import { recordAuthor } from './author-record.ts'
import { changesSpec, onlyRestrains } from './change.ts'
import { checkRights } from './rights.ts'
import { warnOfDanger } from './warnings.ts'

/**
 * The original's two webhooks and what they left out: whoever writes a policy is recorded, has to have the right to delete what it is about, and hears what it
 * would do. Everything else they refuse the operator refuses too, should they be switched off: a policy that is there is no policy that is obeyed.
 */
export function gcHooks(defaults: PolicyDefaults): readonly WebhookDefinition[] {
  const options = { timeout: '10s' } as const
  return [
    webhooks(GarbageCollectionPolicy, {
      ...options,
      default: (context) => recordAuthor(context as unknown as DefaultContext<Policy>),
      validate: (context) => validate(context as unknown as ValidateContext<Policy>, defaults),
    }),
    webhooks(ClusterGarbageCollectionPolicy, {
      ...options,
      default: (context) => recordAuthor(context as unknown as DefaultContext<Policy>),
      validate: (context) => validate(context as unknown as ValidateContext<Policy>, defaults),
    }),
  ]
}

async function validate(context: ValidateContext<Policy>, defaults: PolicyDefaults): Promise<void> {
  const { object, old, errors, request } = context
  const raw = request.oldObject as KubeObject | undefined
  const isNew = old === undefined || raw === undefined || raw === null
  if (!isNew && (!changesSpec(raw, object) || onlyRestrains(raw, object))) return
  // As it will be: the generation is not counted before it is stored.
  const generation = isNew ? 1 : (old.metadata.generation ?? 0) + 1
  const policy = { ...object, metadata: { ...object.metadata, generation } } as Policy
  const reading = readPolicy(policy, { ...defaults, authors: 'IfRecorded' })
  if ('problem' in reading) {
    const { reason, message } = reading.problem
    if (reason === 'InvalidSpec') errors.invalid('spec', message)
    else errors.forbidden('spec', message)
    return
  }
  const { type } = await typeOf(context, reading.ready.target.kind)
  await checkRights(context, policy, reading.ready, type)
  if (type !== undefined) await warnOfDanger(context, policy, reading.ready, defaults)
}

/** A kind that is not there may come: the policy waits for it. */
async function typeOf(
  { client, signal }: ValidateContext<Policy>,
  kind: Kind<KubeObject>,
): Promise<{ readonly type: ResourceType<KubeObject> | undefined }> {
  try {
    return { type: (await client.resource(kind, { signal })).type }
  } catch (error) {
    if (isKindNotFound(error)) return { type: undefined }
    throw error
  }
}
