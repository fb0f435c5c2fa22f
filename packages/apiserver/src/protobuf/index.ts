// Reads Kubernetes protobuf request bodies, which kubectl and Helm send for built-in kinds with no fallback to JSON. Answers are JSON always, so
// nothing is written here.
export { decodeProtobuf } from './decode-protobuf.ts'
export { ProtobufError } from './protobuf-error.ts'
