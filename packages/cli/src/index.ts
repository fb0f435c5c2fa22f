// The facade: everything that an operator needs, under one name. Operators import this and nothing below it.
export * from '@kubewright/client'
export * from '@kubewright/core'
export * from '@kubewright/runtime'
export * from '@kubewright/schema'
export * from './operator.ts'
export * from './run.ts'
