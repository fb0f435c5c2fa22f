import { labelSelectorOf, printLabelSelector } from '@kubewright/core'
import { mapAt } from './reading.ts'

/** A map of labels as `a=b,c=d`, sorted. */
export function printLabels(labels: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
    .join(',')
  return text === '' ? '<none>' : text
}

/** A metav1.LabelSelector as kubectl prints it. */
export function printSelector(selector: unknown): string {
  const spec = mapAt(selector)
  if (Object.keys(spec).length === 0) return '<none>'
  try {
    return printLabelSelector(labelSelectorOf(spec)) || '<none>'
  } catch {
    // A selector that was stored before it was checked must not keep the rest of the list from being shown.
    return '<error>'
  }
}
