import type { ManifestReader } from 'kubewright'
import type { Conversion } from './conversion.ts'

const USUAL_INTERVAL = 90
const USUAL_RETENTION = 7

/** How old keys get, in a Bucket and in an AccessKey. */
export function rotationOf(conversion: Conversion, fields: ManifestReader): object {
  const [enabled, intervalDays] = [fields.get('enabled'), fields.get('intervalDays')]
  const wanted = fields.get('previousKeysRetentionDays')
  if (wanted === 0)
    conversion.warn(`${fields.path}.previousKeysRetentionDays: 0 meant "for ever" there; here the key of before is retired at once`)
  const longest = Number(intervalDays ?? USUAL_INTERVAL) - 1
  if (Number(wanted ?? USUAL_RETENTION) <= longest) return { enabled, intervalDays, previousKeysRetentionDays: wanted }
  conversion.warn(
    `${fields.path}.previousKeysRetentionDays became ${longest}: a user has two keys at most, so that the key of before must go before the next rotation`,
  )
  return { enabled, intervalDays, previousKeysRetentionDays: longest }
}
