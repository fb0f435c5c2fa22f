export * from '@kubewright/testing'
export { type RunningOperator, startOperator } from './testing/running-operator.ts'
