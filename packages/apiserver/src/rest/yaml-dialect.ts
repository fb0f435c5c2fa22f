import type { ParseOptions, SchemaOptions, Tags, ToStringOptions } from 'yaml'

/**
 * The YAML of Kubernetes is 1.1: `yes` is true and 0644 is 420. Not its times and its numbers to the base of 60, which stay the strings
 * they are.
 */
export const YAML_DIALECT: ParseOptions & SchemaOptions & { readonly version: '1.1' } = {
  version: '1.1',
  merge: true,
  customTags: (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || !(WITHOUT.has(tag.tag) || tag.format === 'TIME')),
}

const WITHOUT = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`))

/** As Go's printer lays it out. */
export const YAML_LAYOUT: ToStringOptions = { indentSeq: false, lineWidth: 0 }

/**
 * YAML is a rare guest: its parser is loaded when the first one comes. It is a CommonJS module, of which a bundler that splits its output keeps
 * the default export alone: by its names it is there in the sources, and undefined in the built program.
 */
export async function loadYaml(): Promise<typeof import('yaml')> {
  const loaded: typeof import('yaml') & { readonly default?: typeof import('yaml') } = await import('yaml')
  return loaded.default ?? loaded
}
