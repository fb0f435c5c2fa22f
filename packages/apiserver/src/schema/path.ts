/** The path of a field below another; of the root, the field itself. */
export const childPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)
