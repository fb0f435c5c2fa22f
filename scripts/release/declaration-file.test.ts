import { expect, test } from 'vitest'
import { parseDeclarations } from './declaration-file.ts'

test('declarations, without comments and to their ends', () => {
  const { exported } = parseDeclarations(`
/** What it is; with a { in it. */
export interface Lamp {
    /** On. */
    readonly is: 'on' | 'of;f';
    switch(): void; // soon
}
export declare function lamp(options?: {
    on: boolean;
}): Lamp;
export type Url = \`http://\${string}\`;
export declare const none: readonly [];
declare const hidden: 1;
export {};
`)
  expect(exported.map((each) => (each.is === 'declaration' ? [each.name, each.text] : each))).toEqual([
    ['Lamp', "interface Lamp {\n    readonly is: 'on' | 'of;f';\n    switch(): void;\n}"],
    ['lamp', 'declare function lamp(options?: {\n    on: boolean;\n}): Lamp;'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a type, as text
    ['Url', 'type Url = `http://${string}`;'],
    ['none', 'declare const none: readonly [];'],
  ])
})

test('overloads are one name', () => {
  const { declared } = parseDeclarations('export declare function f(a: 1): 2;\nexport declare function f(a: 2): 3;\n')
  expect([...declared]).toEqual([['f', 'declare function f(a: 1): 2;\ndeclare function f(a: 2): 3;']])
})

test.each([
  ["export * from './a.ts';", [{ is: 'all', from: './a.ts', as: undefined }]],
  ["export type * from './a.ts';", [{ is: 'all', from: './a.ts', as: undefined }]],
  ["export * as b from '@x/a';", [{ is: 'all', from: '@x/a', as: 'b' }]],
  [
    "export { type A, b as c } from './a.ts';",
    [
      { is: 'named', local: 'A', name: 'A', from: './a.ts' },
      { is: 'named', local: 'b', name: 'c', from: './a.ts' },
    ],
  ],
  ['export { a };', [{ is: 'named', local: 'a', name: 'a', from: undefined }]],
  ["import { a } from './a.ts';", []],
])('%s', (source, exported) => expect(parseDeclarations(source).exported).toEqual(exported))
