// The template is an operator that works: the kind Sample. It becomes another one by its names alone, so it is compiled, checked and tested as it is.
import type { ScaffoldNames } from './names.ts'

export function renderText(text: string, names: ScaffoldNames): string {
  return text
    .replaceAll('sample-operator', names.project)
    .replaceAll('sample.example.dev', names.group)
    .replace(/\bSample\b/g, names.kind)
    .replace(/\bsample(?=[A-Z])/g, names.camel)
    .replace(/(?<=\/)sample(?=[.-])/g, names.kebab)
    .replace(/\bsamples\b/g, `${names.camel}Objects`)
    .replace(/\bsample\b/g, names.singular)
}

/** Files whose name begins with a dot are called `dot-…` in the template: npm leaves some of them out of packages. */
export function renderPath(path: string, names: ScaffoldNames): string {
  return path
    .split('/')
    .map((part) => part.replace(/^dot-/, '.').replace(/^sample(?=[.-])/, names.kebab))
    .join('/')
}
