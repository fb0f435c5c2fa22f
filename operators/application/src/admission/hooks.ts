import { deepEqual, type WebhookDefinition, webhooks } from 'kubewright'
import { revisionOf } from '../desired/revision.ts'
import { Application } from '../kind/application.ts'
import { consistencyProblems, warningsFor } from '../policy/consistency.ts'
import { parseImage } from '../policy/image-reference.ts'
import type { Problem } from '../policy/problem.ts'
import { policyProblemsOf, specProblems } from '../policy/problems.ts'
import { isLatest, type SecurityPolicy } from '../policy/security-policy.ts'

const MANAGED_BY = 'app.kubernetes.io/managed-by'
/** Says that the webhook has seen the object. */
const SEEN = 'apps.kubewright.dev/webhook-mutated'

/**
 * The showcase's three: the defaulter, the validator and the security policy. Of an update only what it makes worse is refused, and a policy that became
 * stricter since judges new pods alone: it keeps nobody from scaling what runs.
 */
export function applicationHooks(policy: SecurityPolicy): readonly WebhookDefinition[] {
  return [
    webhooks(Application, {
      default({ object }) {
        const { metadata } = object
        metadata.labels = { ...metadata.labels, [MANAGED_BY]: metadata.labels?.[MANAGED_BY] ?? 'kubewright' }
        metadata.annotations = { ...metadata.annotations, [SEEN]: 'true' }
      },
      validate: [
        ({ object, old, errors, warn }) => {
          for (const warning of warningsFor(object.spec)) warn(warning)
          const before = old === undefined ? [] : consistencyProblems(old.spec)
          report(added(specProblems(object), before), errors)
        },
        ({ object, old, errors, warn }) => {
          const image = parseImage(object.spec.image)
          if (policy.allowLatestTag && image !== undefined && isLatest(image))
            warn('spec.image: the tag "latest" may be another image tomorrow')
          report(policyProblemsOf(object.spec, policy, old && revisionOf(old.spec).hash), errors)
        },
      ],
    }),
  ]
}

type Errors = { invalid(path: string, detail: string): void; forbidden(path: string, detail: string): void }

function report(problems: readonly Problem[], errors: Errors): void {
  for (const { is, field, message } of problems) {
    if (is === 'invalid') errors.invalid(field, message)
    else errors.forbidden(field, message)
  }
}

const added = (problems: readonly Problem[], before: readonly Problem[]): readonly Problem[] =>
  problems.filter((problem) => !before.some((known) => deepEqual(known, problem)))
