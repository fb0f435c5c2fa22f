// The weights that cel-go and Kubernetes give to what an expression does: a rule that costs too much there must cost too much here.

/** Reading a variable or a field. */
export const READ = 1
export const MAKE_LIST = 10
export const MAKE_MAP = 30
export const MAKE_OBJECT = 40
/** Of asking an authorizer, which may ask another server. */
export const ASK_AUTHORIZER = 350_000
/** Of walking once over a text, for each of its characters. */
export const PER_CHARACTER = 0.1
/** Of applying a pattern to one unit of text, for each character of the pattern. */
export const PER_PATTERN_CHARACTER = 0.25
/** How long Kubernetes takes the patterns of named formats to be, before it is known which one is meant. */
export const LONGEST_FORMAT_PATTERN = 128
/** How long a format's name may be, for comparing formats. */
export const LONGEST_FORMAT = 64
