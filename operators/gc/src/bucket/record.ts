import { type BackupRecord, parseRecord } from '../backup/record.ts'

/** S3 takes 2 KiB of an object's own headers together. The other fields have their limits from Kubernetes, and fit beside it. */
const LONGEST_REASON = 200

/** As the value of a header: any character may stand in a reason. */
export function encodeRecord({ reason, ...record }: BackupRecord): string {
  const whole = { ...record, ...(reason !== undefined && { reason: shortened(reason) }) }
  return Buffer.from(JSON.stringify(whole)).toString('base64url')
}

/** `undefined`: it is no record of ours. */
export function decodeRecord(header: string | undefined): BackupRecord | undefined {
  return header === undefined ? undefined : parseRecord(Buffer.from(header, 'base64url').toString('utf8'))
}

function shortened(reason: string): string {
  const letters = [...reason]
  return letters.length > LONGEST_REASON ? `${letters.slice(0, LONGEST_REASON).join('')}…` : reason
}
