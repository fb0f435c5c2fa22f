// The vocabulary of Kubernetes, without I/O. Everything else in the house may import this; this imports nothing of ours.
export * from './clock.ts'
export * from './errors.ts'
export * from './kind.ts'
export * from './meta.ts'
