/** Reading what servers answer: nothing is taken for granted. */
export type Fields = Readonly<Record<string, unknown>>
export const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value : []).map(fieldsOf)
export const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
export const count = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 ? value : undefined)
