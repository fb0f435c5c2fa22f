// What the command `kubewright gc` and `kubewright import` are made of; the operator itself needs none of it.

export { sdkBucket } from './bucket/sdk-bucket.ts'
export { bucketSource } from './bucket/source.ts'
export { bucketOf, type GcConfig } from './config.ts'
export { EMERGENCY_STOP_NAME, emergencyStop } from './emergency-stop/emergency-stop.ts'
export { type Explanation, explain, explanationText } from './explain/explanation.ts'
export type { Policy } from './kinds/policies.ts'
export { GarbageCollectionStop } from './kinds/stop.ts'
export { clusterScene } from './plan/cluster-scene.ts'
export { manifestScene } from './plan/manifest-scene.ts'
export { planPage } from './plan/page.ts'
export { planOf } from './plan/plan.ts'
export { type PlanReport, planJson, planText } from './plan/report.ts'
export type { Scene } from './plan/scene.ts'
export { type Candidate, survey } from './plan/survey.ts'
export { defaultsOf } from './policy/defaults.ts'
export type { PolicyDefaults } from './policy/policy.ts'
export {
  type BackupQuery,
  backupsOf,
  type Catalogue,
  isNamed,
  latestOfEach,
} from './restore/catalogue.ts'
export { catalogueJson, catalogueText, outcomesJson, outcomesText } from './restore/report.ts'
export { type Outcome, type RestoreOptions, restore } from './restore/restore.ts'
export { type BackupSource, clusterSource } from './restore/source.ts'
