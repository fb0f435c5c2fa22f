// An esbuild plugin: what dependencies bring into a bundle and our programs never run. Each part is memory for good, and time at every start.
// Plain JavaScript because the set-up runs it.

/** Whoever comes there all the same is told why. */
const absent = (/** @type {string} */ what) =>
  `throw new Error(${JSON.stringify(`${what} is not in this bundle: scripts/lean-dependencies.mjs`)})`

/** @type {readonly { readonly file: RegExp, readonly contents: string }[]} */
const REPLACED = [
  // Messages in English alone: zod's facade holds all of its fifty languages, which is a third of what a program would load of it.
  { file: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/, contents: "export { default as en } from './en.js'" },
  // Kinds are made of zod's schemas, and never the other way round.
  {
    file: /[\\/]zod[\\/]v4[\\/]classic[\\/]from-json-schema\.js$/,
    contents: `export const fromJSONSchema = () => { ${absent('fromJSONSchema')} }`,
  },
  // The client never allows HTTP/2, and Node's part of that is 14 ms and 5 MB.
  { file: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/, contents: `module.exports = () => { ${absent('HTTP/2')} }` },
  // Bodies that are forms, blobs or iterables. The client sends texts and bytes.
  { file: /[\\/]undici[\\/]lib[\\/]web[\\/]fetch[\\/]body\.js$/, contents: `exports.extractBody = () => { ${absent('fetch’s Body')} }` },
]

/** @type {import('esbuild').Plugin} */
export const leanDependencies = {
  name: 'lean-dependencies',
  setup({ onLoad }) {
    for (const { file, contents } of REPLACED) onLoad({ filter: file }, () => ({ contents }))
  },
}
