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
import { type FunctionSet, functionSet } from './overload.ts'
import { quantityLibrary } from './quantities.ts'
import { semverLibrary } from './semver.ts'
import { standardLibrary } from './standard.ts'
import { textLibrary, textReversal } from './texts.ts'
import { urlLibrary } from './urls.ts'

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

const kubernetes = [
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

/** What kube-apiserver 1.36 knows, and nothing else: an expression that compiles here compiles there. */
export const KUBERNETES: Environment = { macros: KUBERNETES_MACROS, functions: functionSet(...kubernetes), types }

/** The same with what expressions that change objects can make. */
export const MUTATION: Environment = {
  macros: KUBERNETES_MACROS,
  functions: functionSet(...kubernetes, mutationLibrary()),
  types,
  messages: mutationType,
}

/** The same with cel-go's extensions that no API server turns on: `cel.bind`, `math.*`, `base64.*`, `.reverse()` of texts. */
export const EXTENDED: Environment = {
  macros: new Map([...KUBERNETES_MACROS, ...BINDING_MACROS, ...MATH_MACROS]),
  functions: functionSet(...kubernetes, mathLibrary(), encoderLibrary(), textReversal()),
  types,
}
