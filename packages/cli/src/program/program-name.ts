interface Named {
  readonly name: string
}

/** The name of a user's program, which its Lease, its configurations and its manifests carry: that of the first thing that it runs. */
export function programName(parts: {
  readonly operators: readonly Named[]
  readonly controllers: readonly Named[]
  readonly webhooks: readonly Named[]
}): string {
  return [...parts.operators, ...parts.controllers, ...parts.webhooks][0]?.name ?? 'program'
}
