// What is asked of both servers about rules in CEL. The answers stand in fixtures/cel-rules.json.

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type Part = { readonly [key: string]: Json }

const rules = (...each: readonly Part[]): Part => ({ 'x-kubernetes-validations': each })
const rule = (text: string, more: Part = {}): Part => rules({ rule: text, ...more })
const object = (properties: Part, more: Part = {}): Part => ({ type: 'object', properties, ...more })
const list = (items: Part, more: Part = {}): Part => ({ type: 'array', items, ...more })
const text: Part = { type: 'string', maxLength: 20 }
const int: Part = { type: 'integer' }

/** A schema, for the `spec` of a definition unless it says `root`; each is asked whether the server takes it. */
export const DEFINITIONS: Readonly<Record<string, { readonly spec?: Part; readonly root?: Part; readonly second?: Part }>> = {
  'a rule that compiles': { spec: object({ a: int }, rule('self.a > 0')) },
  'a field that is not there': { spec: object({ a: int }, rule('self.b > 0')) },
  'a rule at the root that sees no status': { root: object({ spec: object({}) }, rule('self.status.x == 1')) },
  'a rule about the name': { root: object({ spec: object({}) }, rule('self.metadata.name.size() < 30')) },
  'a rule about labels': { root: object({ spec: object({}) }, rule('has(self.metadata.labels)')) },
  'half an expression': { spec: object({ a: { ...int, ...rule('self > ') } }) },
  'no truth value': {
    spec: object({ a: { ...int, ...rule('self + 1', { reason: 'FieldValueForbidden', message: 'no "<good>" & bad' }) } }),
  },
  'an empty rule': { spec: object({ a: { ...int, ...rule('  ') } }) },
  'an empty message': { spec: object({ a: { ...int, ...rule('self > 0', { message: '  ' }) } }) },
  'a message of two lines': { spec: object({ a: { ...int, ...rule('self > 0', { message: 'a\nb' }) } }) },
  'a rule of two lines without a message': { spec: object({ a: { ...int, ...rule('self >\n0') } }) },
  'a rule of two lines with a message': { spec: object({ a: { ...int, ...rule('self >\n0', { message: 'm' }) } }) },
  'an empty expression of a message': { spec: object({ a: { ...int, ...rule('self > 0', { messageExpression: ' ' }) } }) },
  'a message that is no text': { spec: object({ a: { ...int, ...rule('self > 0', { messageExpression: '1' }) } }) },
  'a message that does not compile': { spec: object({ a: { ...int, ...rule('self > 0', { messageExpression: 'self.' }) } }) },
  'a reason that is none': { spec: object({ a: { ...int, ...rule('self > 0', { reason: 'Bad' }) } }) },
  'a place that is not there': { spec: object({ p: object({ q: text }, rule('true', { fieldPath: '.z' })) }) },
  'a place that is empty': { spec: object({ p: object({ q: text }, rule('true', { fieldPath: ' ' })) }) },
  'a place with an index': { spec: object({ p: object({ l: list(text) }, rule('true', { fieldPath: '.l[0]' })) }) },
  'a place with a quoted name': { spec: object({ p: object({ 'a.b': text }, rule('true', { fieldPath: "['a.b']" })) }) },
  'a place without a dot': { spec: object({ p: object({ q: text }, rule('true', { fieldPath: 'q' })) }) },
  'an optional past that nobody asks for': { spec: object({ a: { ...int, ...rule('self > 1', { optionalOldSelf: true }) } }) },
  'the past of an item of a list': { spec: object({ l: list({ ...text, ...rule('self == oldSelf') }, { maxItems: 5 }) }) },
  'the past within a set': {
    spec: object({ l: list({ ...text, ...rule('self == oldSelf') }, { maxItems: 5, 'x-kubernetes-list-type': 'set' }) }),
  },
  'the past of an item of a keyed list': {
    spec: object({
      l: list(object({ k: text, v: { ...text, ...rule('self == oldSelf') } }, { required: ['k'] }), {
        maxItems: 5,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      }),
    }),
  },
  'the past within an atomic map': {
    spec: object({ m: object({ v: { ...text, ...rule('self == oldSelf') } }, { 'x-kubernetes-map-type': 'atomic' }) }),
  },
  'texts without limits, compared each with each': {
    spec: object({ l: { type: 'array', items: { type: 'string' }, ...rule('self.all(x, self.all(y, x == y))') } }),
  },
  'many rules that are dear together': {
    spec: object(
      Object.fromEntries(
        Array.from({ length: 24 }, (_, index) => [
          `l${index}`,
          list(int, { maxItems: 100 - index, ...rule('self.all(x, self.all(y, self.all(z, x + y + z > 0)))') }),
        ]),
      ),
    ),
  },
  'a dear message': { spec: object({ s: { type: 'string', ...rule('self != ""', { messageExpression: 'self + self + self' }) } }) },
  'a default that breaks its own rule': {
    spec: object({ a: { ...int, default: 0, ...rule('self > 0', { message: 'must be positive' }) } }),
  },
  'a default that breaks a rule below it': {
    spec: object({ o: object({ a: { ...int, ...rule('self > 0') } }, { default: { a: 0 } }) }),
  },
  'a default that breaks a rule about its past': {
    spec: object({ a: { ...int, default: 0, ...rule('oldSelf.hasValue() || self > 0', { optionalOldSelf: true }) } }),
  },
  'a rule in a schema that is not sound': { spec: object({ a: {}, b: { ...int, ...rule('self > ') } }) },
  'an error of form below a rule': {
    spec: object({ a: { ...int, ...rule(' ') }, b: { ...int, ...rule('nope') } }, rule('nope')),
  },
  'a rule under allOf': { spec: object({ a: { ...int, allOf: [rule('self > 0')] } }) },
  'a rule under anyOf': { spec: object({ a: { ...int, anyOf: [rule('self > 0')] } }) },
  'a rule of a part without a type': { spec: object({ p: { 'x-kubernetes-preserve-unknown-fields': true, ...rule('true') } }) },
  'a rule about an int or a text': { spec: object({ p: { 'x-kubernetes-int-or-string': true, ...rule('self == 1 || self == "a"') } }) },
  'a reserved word and a dash': { spec: object({ 'x-prop': int, namespace: int }, rule('self.x__dash__prop > self.__namespace__')) },
  'two versions with the same schema': {
    spec: object({ a: { ...int, ...rule('nope') } }),
    second: object({ a: { ...int, ...rule('nope') } }),
  },
  'two versions with schemas of their own': { spec: object({ a: int }), second: object({ a: { ...int, ...rule('nope') } }) },
}

const keyed = (item: Part): Part => list(item, { maxItems: 10, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] })

/** The kind of whose objects the steps below are made. Each field has its own rules, so that the cases do not meddle with one another. */
export const SPEC: Part = object({
  positive: { ...int, ...rule('self > 0') },
  named: { ...int, ...rule('self > 0', { message: ' must be positive ' }) },
  told: { ...int, ...rule('self > 0', { messageExpression: '"%d is not positive".format([self])' }) },
  toldBadly: { ...int, ...rule('self > 0', { messageExpression: '1 / (self + 0) == 5 ? "five" : ""', message: 'said otherwise' }) },
  toldInLines: { ...int, ...rule('self > 0', { messageExpression: '"a\\nb"' }) },
  forbidden: { ...text, ...rule('self == "a"', { reason: 'FieldValueForbidden' }) },
  required: { ...text, ...rule('self == "a"', { reason: 'FieldValueRequired', message: 'give a' }) },
  duplicate: { ...text, ...rule('self == "a"', { reason: 'FieldValueDuplicate' }) },
  invalid: { ...text, ...rule('self == "a"', { reason: 'FieldValueInvalid' }) },
  duplicateList: list(text, { maxItems: 5, ...rule('self.size() < 2', { reason: 'FieldValueDuplicate' }) }),
  pair: object({ min: int, max: int }, rules({ rule: 'self.min <= self.max', fieldPath: '.max' }, { rule: 'self.max < 100' })),
  places: object({ 'a.b': object({ c: int }) }, rule('!has(self.a__dot__b) || self.a__dot__b.c > 0', { fieldPath: "['a.b'].c" })),
  mapPlace: {
    type: 'object',
    maxProperties: 5,
    additionalProperties: int,
    ...rule("!('a' in self) || self['a'] > 0", { fieldPath: '.a' }),
  },
  list: list({ ...int, ...rule('self > 0') }, { maxItems: 10 }),
  map: { type: 'object', maxProperties: 10, additionalProperties: { ...int, ...rule('self > 0') } },
  deep: list(
    object({ inner: { type: 'object', maxProperties: 5, additionalProperties: object({ n: { ...int, ...rule('self > 0') } }) } }),
    { maxItems: 5 },
  ),
  fixed: { ...text, ...rule('self == oldSelf', { message: 'is immutable' }) },
  grows: { ...int, ...rule('self >= oldSelf') },
  once: { ...text, ...rule('!oldSelf.hasValue()', { optionalOldSelf: true, message: 'is set once' }) },
  later: {
    ...int,
    ...rule('oldSelf.orValue(0) < self', { optionalOldSelf: true, messageExpression: '"after %d".format([oldSelf.orValue(0)])' }),
  },
  plainPast: { ...int, ...rule('self > oldSelf', { messageExpression: '"after %d".format([oldSelf])' }) },
  keyed: keyed(object({ k: text, v: { ...int, ...rule('self >= oldSelf') }, w: { ...int, ...rule('self > 0') } }, { required: ['k'] })),
  atomic: list(object({ k: text, w: { ...int, ...rule('self > 0') } }), { maxItems: 10 }),
  granular: { type: 'object', maxProperties: 9, additionalProperties: { ...int, ...rule('self >= oldSelf') } },
  atomicMap: { type: 'object', maxProperties: 9, 'x-kubernetes-map-type': 'atomic', additionalProperties: { ...int, ...rule('self > 0') } },
  nullable: { ...int, nullable: true, ...rule('self > 0') },
  sees: object({ n: { ...int, nullable: true } }, rule('has(self.n)')),
  divides: { ...int, ...rule('10 / self > 1') },
  indexes: list(int, { maxItems: 5, ...rule('self[1] > 0') }),
  keys: { type: 'object', maxProperties: 5, additionalProperties: int, ...rule("self['a'] > 0") },
  either: { 'x-kubernetes-int-or-string': true, ...rule('self > 1') },
  dear: list(int, { maxItems: 100, ...rule('self.all(x, self.all(y, self.all(z, x + y + z > 0)))') }),
  embedded: {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
    ...rule('self.kind == "Pod" && self.metadata.name.startsWith("p")'),
  },
  time: { type: 'string', format: 'date-time', ...rule('self > timestamp("2020-01-01T00:00:00Z")') },
  span: { type: 'string', format: 'duration', ...rule('self < duration("1h")') },
  mode: { type: 'string', enum: ['a', 'b'] },
  short: { type: 'string', maxLength: 3 },
  small: { ...int, maximum: 5 },
  defaulted: object({ n: { ...int, default: 3 } }, rule('self.n == 3')),
})

export const ROOT: Part = object(
  {
    spec: SPEC,
    status: object({ phase: text, count: { ...int, ...rule('self >= oldSelf') } }, rule('!has(self.phase) || self.phase != "Bad"')),
  },
  rules(
    { rule: '!self.metadata.name.startsWith("bad")', message: 'a bad name', fieldPath: '.spec' },
    { rule: '!has(self.status) || !has(self.status.phase) || self.status.phase != "Done" || has(self.spec.positive)' },
  ),
)

/** One write after another to one object: what is `stored`, first, without rules; then what is asked. */
export interface Story {
  /** Written while the kind has no rules. */
  readonly stored?: Part
  readonly name?: string
  /** Each a new `spec` by PUT, or a merge patch of the status; `create` where nothing was stored. */
  readonly steps: readonly ({ readonly spec: Part } | { readonly status: Part })[]
}

const create = (spec: Part): Story => ({ steps: [{ spec }] })
const update = (stored: Part, ...specs: readonly Part[]): Story => ({ stored, steps: specs.map((spec) => ({ spec })) })

export const STORIES: Readonly<Record<string, Story>> = {
  'a rule that holds': create({ positive: 1 }),
  'a rule that does not': create({ positive: -1 }),
  'with a message': create({ named: -1 }),
  'with an expression for the message': create({ told: -1 }),
  'with an expression that fails': create({ toldBadly: 0 }),
  'with an expression that gives nothing': create({ toldBadly: -1 }),
  'with an expression of two lines': create({ toldInLines: -1 }),
  'with each reason': create({ forbidden: 'x', required: 'x', duplicate: 'x', invalid: 'x', duplicateList: ['a', 'b'] }),
  'at a place': create({ pair: { min: 5, max: 4 } }),
  'two rules of one object': create({ pair: { min: 500, max: 400 } }),
  'at a quoted place': create({ places: { 'a.b': { c: 0 } } }),
  'at a place in a map': create({ mapPlace: { a: 0 } }),
  'in a list': create({ list: [1, 0, 2, -1] }),
  'in a map': create({ map: { 'a.b/c': 0, d: 1 } }),
  'deep down': create({ deep: [{ inner: { x: { n: 0 } } }, { inner: { y: { n: 0 }, z: { n: 1 } } }] }),
  'a null has no rules': create({ nullable: null, sees: { n: null } }),
  'a division by zero': create({ divides: 0 }),
  'an index that is not there': create({ indexes: [1] }),
  'a key that is not there': create({ keys: { b: 1 } }),
  'a type that does not fit': create({ either: 'x' }),
  'an evaluation that costs too much': create({ dear: Array.from({ length: 100 }, () => 1) }),
  'an object in the object': create({ embedded: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'q' } } }),
  'a time and a span': create({ time: '2019-01-01T00:00:00Z', span: '2h' }),
  'a name': { name: 'bad-name', steps: [{ spec: {} }] },
  'rules after a value that is not allowed': create({ mode: 'c', positive: -1 }),
  'rules after a text that is too long': create({ short: 'abcd', positive: -1 }),
  'rules after a wrong type': create({ small: 'x', positive: -1 }),
  'rules beside a number that is too large': create({ small: 7, positive: -1 }),
  'rules see defaults': create({ defaulted: {} }),
  'a transition rule at creation': create({ fixed: 'a', grows: 1 }),
  'a transition rule that holds': update({ fixed: 'a', grows: 1 }, { fixed: 'a', grows: 2 }),
  'a transition rule that does not': update({ fixed: 'a', grows: 2 }, { fixed: 'b', grows: 1 }),
  'a transition rule of what is new': update({}, { fixed: 'b', grows: 1 }),
  'a transition rule of what goes': update({ fixed: 'a', grows: 1 }, {}),
  'an optional past at creation': create({ once: 'a', later: 0 }),
  'an optional past in a message at creation': create({ later: -1 }),
  'an optional past in a message at an update': update({ later: 3 }, { later: 2 }),
  'an optional past at an update': update({ once: 'a', later: 3 }, { once: 'a', later: 2 }),
  'an optional past of what is new': update({}, { once: 'a', later: 1 }),
  'a message about the past': update({ plainPast: 3 }, { plainPast: 2 }),
  'items of a keyed list, found by key': update(
    {
      keyed: [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
      ],
    },
    {
      keyed: [
        { k: 'b', v: 1 },
        { k: 'a', v: 1 },
        { k: 'c', v: 0 },
      ],
    },
  ),
  'values of a map, found by key': update({ granular: { a: 1, b: 1 } }, { granular: { b: 0, a: 1, c: 0 } }),
  'what was wrong before is forgiven, and told': update({ positive: -1, named: -1 }, { positive: -1, named: -1, small: 1 }),
  'what was wrong before and became wrong otherwise': update({ positive: -1 }, { positive: -2 }),
  'what was wrong in a list and stays': update({ list: [0, 1] }, { list: [0, 1], small: 1 }),
  'what was wrong in a list that changed': update({ list: [0, 1] }, { list: [0, 1, 2] }),
  'what was wrong in a keyed list that moved': update(
    {
      keyed: [
        { k: 'a', w: 0 },
        { k: 'b', w: 1 },
      ],
    },
    {
      keyed: [
        { k: 'b', w: 1 },
        { k: 'a', w: 0 },
      ],
    },
    {
      keyed: [
        { k: 'b', w: 2 },
        { k: 'a', w: 0 },
      ],
    },
    {
      keyed: [
        { k: 'b', w: 2 },
        { k: 'a', w: -1 },
      ],
    },
  ),
  'what was wrong in an atomic list that changed elsewhere': update({ atomic: [{ k: 'a', w: 0 }] }, { atomic: [{ k: 'b', w: 0 }] }),
  'what was wrong in an atomic map': update({ atomicMap: { a: 0, b: 1 } }, { atomicMap: { a: 0, b: 2 } }),
  'what was wrong in a pair whose other half changed': update({ pair: { min: 5, max: 4 } }, { pair: { min: 6, max: 4 } }),
  'an error of evaluation is not forgiven': update({ divides: 0 }, { divides: 0, small: 1 }),
  'a status that breaks a rule': { stored: {}, steps: [{ status: { phase: 'Bad' } }] },
  'a status that breaks a rule of the whole': { stored: {}, steps: [{ status: { phase: 'Done' } }, { status: { phase: 'New' } }] },
  'a status and its past': { stored: {}, steps: [{ status: { count: 2 } }, { status: { count: 1 } }] },
  'a status while the spec is wrong': { stored: { positive: -1 }, steps: [{ status: { phase: 'Good' } }] },
}
