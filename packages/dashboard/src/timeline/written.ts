import type { EntryWrite } from '../model/object-page.ts'
import { kindName, objectId } from '../objects/identity.ts'
import type { SourceWrite } from '../source.ts'

/** A write as a line of its reconcile. */
export function describeWrite({ verb, group, kind, plural, namespace, name, dryRun, ms }: SourceWrite): EntryWrite {
  const what = kind === '' ? plural || 'request' : kindName({ kind, group })
  const target = name === undefined ? what : `${what} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  const object = kind === '' || name === undefined ? undefined : objectId(kindName({ kind, group }), { namespace, name })
  return { verb: dryRun ? `${verb} (dry run)` : verb, target, object, ms }
}
