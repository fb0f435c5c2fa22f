import { destinationName } from '../canonical/replication.ts'
import type { Bucket } from '../kinds/bucket.ts'
import type { Provider } from '../kinds/provider.ts'
import { nameProblem, roleProblem } from './policy-constraints.ts'

interface BucketProblem {
  readonly field: string
  readonly problem: string | undefined
}

/** What of a bucket its Provider may not allow: its name, and where its objects are copied to, in whose name. */
export function bucketProblems({ metadata: { namespace }, spec }: Bucket, provider: Provider): readonly BucketProblem[] {
  const { role, rules = [] } = spec.replication ?? {}
  const copies = rules.map(({ destination }, at) => ({
    field: `spec.replication.rules[${at}].destination.bucket`,
    problem: nameProblem(provider, 'buckets', namespace, destinationName(destination.bucket)),
  }))
  return [
    { field: 'spec.name', problem: nameProblem(provider, 'buckets', namespace, spec.name) },
    { field: 'spec.replication.role', problem: roleProblem(provider, namespace, role) },
    ...copies,
  ]
}
