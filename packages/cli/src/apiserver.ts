export * from '@kubewright/apiserver'
