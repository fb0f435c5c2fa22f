/** A mutation that cannot be made: the policy refuses the write with this, unless it lets failures pass. The texts are kube-apiserver's. */
export class MutationError extends Error {
  override readonly name = 'MutationError'
}
