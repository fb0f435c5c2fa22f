import { nameOf, table } from '../plan/report.ts'
import { type Backup, placeOf } from './backup.ts'
import type { Change } from './comparison.ts'
import type { Outcome } from './restore.ts'

/** A value of many pages is no difference that a person reads. */
const LONGEST_VALUE = 120

/** For people: one line for each backup, the newest first. */
export function catalogueText(backups: readonly Backup[], notes: readonly string[]): string {
  const rows = backups.map((backup) => {
    const { record } = backup
    return [record.takenAt, nameOf({ ...record, namespace: record.namespace }), record.policy, record.expiresAt, placeOf(backup)]
  })
  const lines = rows.length === 0 ? ['there is no such backup'] : table([['DELETED', 'OBJECT', 'POLICY', 'KEPT UNTIL', 'BACKUP'], ...rows])
  return textOf([...notes.map((note) => `note: ${note}`), ...lines])
}

/** For programs. */
export function catalogueJson(backups: readonly Backup[], notes: readonly string[]): string {
  return jsonOf({ notes, backups: backups.map(entryOf) })
}

const RESULTS: Readonly<Record<Outcome['is'], string>> = {
  restored: 'restored',
  replaced: 'replaced',
  restorable: 'would be restored',
  replaceable: 'would be replaced',
  failed: 'not restored',
}

/** For people. `diff`: tell what will be otherwise than it is, or was. */
export function outcomesText(outcomes: readonly Outcome[], notes: readonly string[], { diff = false } = {}): string {
  const lines = outcomes.flatMap((outcome) => [
    `${objectOf(outcome)} ${RESULTS[outcome.is]}${outcome.is === 'failed' ? `: ${outcome.why}` : ''}`,
    ...outcome.notes.map((note) => `  note: ${note}`),
    ...(diff && outcome.is !== 'failed' ? outcome.changes.map((change) => `  ${changeText(change)}`) : []),
  ])
  return textOf([...notes.map((note) => `note: ${note}`), ...(lines.length === 0 ? ['there is no such backup'] : lines)])
}

export function outcomesJson(outcomes: readonly Outcome[], notes: readonly string[]): string {
  const objects = outcomes.map((outcome) => ({
    ...entryOf(outcome.backup),
    to: outcome.namespace,
    result: outcome.is,
    notes: outcome.notes,
    ...(outcome.is === 'failed' ? { why: outcome.why } : { changes: outcome.changes }),
  }))
  return jsonOf({ notes, objects })
}

function entryOf({ store, namespace, name, record }: Backup) {
  const { part: _, parts: __, sha256: ___, ...told } = record
  return { ...told, backup: { kind: store, namespace, name } }
}

function objectOf({ backup: { record }, namespace }: Outcome): string {
  return nameOf({ kind: record.kind, namespace, name: record.name })
}

function changeText({ path, before, after }: Change): string {
  if (before === undefined) return `+ ${path}: ${shortened(after ?? '')}`
  return after === undefined ? `- ${path}: ${shortened(before)}` : `~ ${path}: ${shortened(before)} → ${shortened(after)}`
}

const shortened = (text: string) => (text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text)
const textOf = (lines: readonly string[]) => `${lines.join('\n')}\n`
const jsonOf = (document: unknown) => `${JSON.stringify(document, undefined, 2)}\n`
