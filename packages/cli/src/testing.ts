export * from '@kubewright/testing'
