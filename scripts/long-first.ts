import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take long, in seconds (the real server's, on two quiet cores; what `npm run test:real` says at its end). A worker that begins
 * with one of them last keeps everybody waiting, and a fresh clone has no memory of its own. A number that is out of date costs time, nothing else.
 */
export const SECONDS: Readonly<Record<string, number>> = {
  'test/kubectl/both-servers.test.ts': 130,
  'test/deploy/chart-install.test.ts': 120,
  'test/integration/s3-rotations.test.ts': 110,
  'test/dashboard/views.test.ts': 100,
  'test/integration/least-privilege-application.test.ts': 91,
  'test/integration/least-privilege.test.ts': 89,
  'test/integration/gc-safety.test.ts': 87,
  'test/integration/s3-quiet.test.ts': 87,
  'test/examples/packed.test.ts': 85,
  'test/differential/differential.test.ts': 80,
  'test/integration/faults.test.ts': 77,
  'test/integration/gc-doubts.test.ts': 76,
  'test/integration/flags.test.ts': 75,
  'test/integration/s3.test.ts': 63,
  'test/integration/program.test.ts': 56,
  'test/integration/vault-sync-vault.test.ts': 55,
  'test/examples/10-full-operator.test.ts': 51,
  'test/integration/gc-cases.test.ts': 50,
  'test/integration/s3-defects.test.ts': 47,
  'test/integration/gc.test.ts': 46,
  'test/integration/gc-matrix.test.ts': 46,
  'test/examples/04-external-api.test.ts': 46,
  'test/integration/sharding.test.ts': 45,
  'test/integration/gc-sources.test.ts': 43,
  'test/integration/apiserver-envtest.test.ts': 40,
  'test/integration/webhook.test.ts': 38,
  'test/integration/least-privilege-vault-unsealer.test.ts': 37,
  'test/integration/application-deletion.test.ts': 36,
  'test/integration/vault-unsealer.test.ts': 35,
  'test/integration/conversion.test.ts': 33,
  'test/integration/outage.test.ts': 33,
  'test/integration/gc-import-run.test.ts': 32,
  'test/integration/application.test.ts': 31,
  'test/integration/gc-restore.test.ts': 31,
  'test/integration/vault-contract.test.ts': 30,
  'test/integration/vault-contract-logins.test.ts': 30,
  'test/integration/dev.test.ts': 30,
  'test/integration/least-privilege-vault-sync.test.ts': 29,
  'test/integration/vault-unsealer-real-vault.test.ts': 29,
  'test/integration/rbac.test.ts': 29,
  'test/integration/replicas.test.ts': 27,
  'test/s3/contract.test.ts': 25,
  'test/integration/s3-journey.test.ts': 25,
  'packages/testing/src/vault/contract/replay.test.ts': 20,
  'packages/runtime/src/sharding/filter.test.ts': 8,
}

/** Begins with the files that take longest; the rest in vitest's own order. */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = ({ moduleId }: TestSpecification) => SECONDS[relative(this.ctx.config.root, moduleId)] ?? 0
    return (await super.sort(files)).toSorted((one, other) => seconds(other) - seconds(one))
  }
}
