import type { Mode } from '../expiry/expiry.ts'
import type { Lifetime } from '../expiry/lifetime.ts'
import { parseFieldPath } from '../fields/field-path.ts'
import { type MomentPath, parseMomentPath } from '../fields/moment.ts'
import type { PolicySpec } from '../kinds/policies.ts'
import type { TargetKind } from './target.ts'
import { within } from './within.ts'

type Ttl = NonNullable<PolicySpec['ttl']>

export interface CompiledLifetime {
  readonly lifetime: Lifetime
  readonly metadataOnly: boolean
  readonly needs: MomentPath['needs']
}

/** A policy's `ttl`, read and checked. Without one its objects are due at once. @throws Error naming the field */
export function lifetimeOf(ttl: Ttl | undefined, kind: TargetKind): CompiledLifetime {
  if (ttl === undefined) {
    const lifetime: Lifetime = { mode: { mode: 'at once' }, own: undefined, longest: undefined, quota: undefined }
    return { lifetime, metadataOnly: true, needs: undefined }
  }
  const mode = modeOf(ttl, kind)
  const path = mode?.mode === 'field' || mode?.mode === 'relative' ? mode.path : undefined
  const { quotaPressure: quota } = ttl
  return {
    lifetime: {
      mode,
      own: ttl.fromObject,
      longest: ttl.longest === undefined ? undefined : positive('ttl.longest', ttl.longest),
      quota: quota && {
        above: quota.abovePercent / 100,
        resources: quota.resources,
        milliseconds: positive('ttl.quotaPressure.secondsAfterCreation', quota.secondsAfterCreation),
      },
    },
    metadataOnly: path?.metadataOnly !== false,
    needs: mode?.mode === 'relative' ? mode.path.needs : undefined,
  }
}

function modeOf(ttl: Ttl, kind: TargetKind): Mode | undefined {
  const { secondsAfterCreation, fieldPath, mappings, default: otherwise, relativeTo, secondsAfter } = ttl
  if (secondsAfterCreation !== undefined) return { mode: 'fixed', milliseconds: positive('ttl.secondsAfterCreation', secondsAfterCreation) }
  if (fieldPath !== undefined) {
    return {
      mode: 'field',
      path: within('ttl.fieldPath', () => parseFieldPath(fieldPath)),
      mappings:
        mappings === undefined
          ? undefined
          : new Map(Object.entries(mappings).map(([value, seconds]) => [value, positive(`ttl.mappings["${value}"]`, seconds)])),
      otherwise: otherwise === undefined ? undefined : positive('ttl.default', otherwise),
    }
  }
  if (relativeTo === undefined && secondsAfter === undefined && ttl.fromObject !== undefined) return undefined
  if (relativeTo === undefined || secondsAfter === undefined) {
    throw new Error('ttl needs secondsAfterCreation, or fieldPath, or relativeTo together with secondsAfter, or fromObject')
  }
  if (!(secondsAfter >= 0)) throw new Error(`ttl.secondsAfter is ${secondsAfter}: it must be 0 or more`)
  return { mode: 'relative', path: within('ttl.relativeTo', () => parseMomentPath(relativeTo, kind)), milliseconds: secondsAfter * 1000 }
}

function positive(field: string, seconds: number): number {
  if (!(seconds > 0)) throw new Error(`${field} is ${seconds}: it must be more than 0 seconds`)
  return seconds * 1000
}
