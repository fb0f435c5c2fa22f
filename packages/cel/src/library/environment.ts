import { BINDING_MACROS, KUBERNETES_MACROS, MATH_MACROS, type MacroSet } from '../syntax/macros.ts'
import { CIDR, IP } from '../types/signature.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  type ObjectType,
  optionalOf,
  STRING,
  TIMESTAMP,
  typeName,
  typeOf,
  UINT,
} from '../types/type.ts'
import { addressLibrary } from './addresses.ts'
import { authorizationLibrary } from './authorization.ts'
import { encoderLibrary } from './encoders.ts'
import { listLibrary } from './lists.ts'
import { mathLibrary } from './math.ts'
import { mutationLibrary, mutationType } from './mutation.ts'
import { formatLibrary } from './named-formats.ts'
import { optionalLibrary } from './optionals.ts'
import { type FunctionSet, functionSet, type Overload } from './overload.ts'
import { quantityLibrary } from './quantities.ts'
import { semverLibrary } from './semver.ts'
import { standardLibrary } from './standard.ts'
import { textLibrary, textReversal } from './texts.ts'
import { urlLibrary } from './urls.ts'

/**
 * `kubernetes`: what kube-apiserver 1.36 turns on, and nothing else: an expression that compiles here compiles there. `mutation`: what it turns on for
 * expressions that change objects. `extended`: beside `kubernetes` cel-go's extensions that no API server turns on: `cel.bind`, `math.*`, `base64.*`,
 * `.reverse()` of texts.
 */
export type Libraries = 'kubernetes' | 'mutation' | 'extended'

/** What expressions may use beside variables. */
export interface Environment {
  readonly macros: MacroSet
  readonly functions: FunctionSet
  /** Names of types, which are values: `type(x) == string`. */
  readonly types: ReadonlyMap<string, CelType>
  /** Types of which objects can be made: `Name{field: value}`. @default none */
  readonly messages?: (name: string) => ObjectType | undefined
}

const TYPES: readonly CelType[] = [
  BOOL,
  BYTES,
  DOUBLE,
  INT,
  NULL,
  STRING,
  UINT,
  DURATION,
  TIMESTAMP,
  listOf(DYN),
  mapOf(DYN, DYN),
  typeOf(),
  optionalOf(DYN),
  IP,
  CIDR,
]
const types = new Map(TYPES.map((type) => [type.kind === 'type' ? 'type' : typeName(type), type]))

function kubernetesLibraries(): readonly (readonly Overload[])[] {
  return [
    standardLibrary(),
    optionalLibrary(),
    textLibrary(),
    listLibrary(),
    urlLibrary(),
    quantityLibrary(),
    addressLibrary(),
    formatLibrary(),
    semverLibrary(),
    authorizationLibrary(),
  ]
}

const MAKERS: Readonly<Record<Libraries, () => Environment>> = {
  kubernetes: () => ({ macros: KUBERNETES_MACROS, functions: functionSet(...kubernetesLibraries()), types }),
  mutation: () => ({
    macros: KUBERNETES_MACROS,
    functions: functionSet(...kubernetesLibraries(), mutationLibrary()),
    types,
    messages: mutationType,
  }),
  extended: () => ({
    macros: new Map([...KUBERNETES_MACROS, ...BINDING_MACROS, ...MATH_MACROS]),
    functions: functionSet(...kubernetesLibraries(), mathLibrary(), encoderLibrary(), textReversal()),
    types,
  }),
}

/** Each is made when the first expression asks for it: two hundred signatures are parsed for one, and most programs need one of them or none. */
export class Environments {
  readonly #made = new Map<Libraries, Environment>()

  of(libraries: Libraries): Environment {
    const made = this.#made.get(libraries) ?? MAKERS[libraries]()
    this.#made.set(libraries, made)
    return made
  }
}
