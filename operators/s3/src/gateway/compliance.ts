import type { Compliance } from '../canonical/compliance.ts'
import type { Sdk } from './sdk.ts'
import type { S3Command } from './subresource-commands.ts'

const QUERY = 'compliance'

interface Serialized {
  readonly request: { query: Record<string, string>; body?: unknown }
}
type Next = (args: Serialized) => Promise<unknown>

/** A request for versioning, readdressed before it is signed: it has the same host, the same path and the same credentials. */
function readdressed(command: object, body: string | undefined): S3Command {
  const { middlewareStack } = command as { readonly middlewareStack: { add(middleware: (next: Next) => Next, options: object): void } }
  middlewareStack.add(
    (next) => (args) => {
      args.request.query = { [QUERY]: '' }
      if (body !== undefined) args.request.body = body
      return next(args)
    },
    { step: 'serialize', priority: 'low', name: 'kubewrightCompliance' },
  )
  return command as S3Command
}

export const getCompliance = (s3: Sdk['s3'], Bucket: string): S3Command =>
  readdressed(new s3.GetBucketVersioningCommand({ Bucket }), undefined)

export const putCompliance = (s3: Sdk['s3'], Bucket: string, compliance: Omit<Compliance, 'IsLocked'>): S3Command =>
  readdressed(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: {} }), documentOf(compliance))

function documentOf({ Status, LockTime, RetentionDays, ConditionalHold, DeleteAfterRetention }: Omit<Compliance, 'IsLocked'>): string {
  const leaves = { Status, LockTime, RetentionDays, ConditionalHold, DeleteAfterRetention }
  const inside = Object.entries(leaves).map(([name, value]) => `<${name}>${value}</${name}>`)
  return `<BucketComplianceConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside.join('')}</BucketComplianceConfiguration>`
}

/** The answer to a read. */
export function complianceIn(body: string): Compliance {
  const leaf = (name: string) => new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(body)?.[1] ?? ''
  return {
    Status: leaf('Status') === 'enabled' ? 'enabled' : 'disabled',
    LockTime: leaf('LockTime') || 'off',
    IsLocked: leaf('IsLocked') === 'true',
    RetentionDays: Number(leaf('RetentionDays') || 0),
    ConditionalHold: leaf('ConditionalHold') === 'true',
    DeleteAfterRetention: leaf('DeleteAfterRetention') === 'true',
  }
}
