// Apart from the rest of the testing kit, for its types are those of fast-check, which a program has only when it wants property tests.
export * from '@kubewright/schema/testing'
