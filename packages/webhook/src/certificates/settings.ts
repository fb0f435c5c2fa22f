import { ConfigurationError, parseDuration } from '@kubewright/core'

type Duration = number | string

/** How long certificates live, and when they are replaced. */
export interface RotationOptions {
  /** How long an authority is valid. @default 10 years */
  readonly authorityLifetime?: Duration
  /** How long a certificate is valid. @default 1 year */
  readonly serverLifetime?: Duration
  /** How long before its end each of them is replaced. @default 90 days: weeks for a person to see that it does not work */
  readonly lookAhead?: Duration
  /**
   * How long every configuration must have carried the next authority before its certificate serves. @default 30 s: API servers hear of a changed
   * configuration by a watch, within a second or a few; a watch that is dead is found after more
   */
  readonly propagation?: Duration
  /** How long the old authority stays trusted when the next one serves. @default 10 min: replicas hear of the new certificate by a watch */
  readonly retirement?: Duration
  /** How often it is looked although nothing changed. @default 12 h */
  readonly checkEvery?: Duration
}

/** Milliseconds. */
export interface RotationSettings {
  readonly authorityLifetime: number
  readonly serverLifetime: number
  readonly lookAhead: number
  readonly propagation: number
  readonly retirement: number
  readonly checkEvery: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** @throws ConfigurationError */
export function resolveRotation(options: RotationOptions = {}): RotationSettings {
  const time = (field: keyof RotationOptions, otherwise: number, least: number) => {
    const given = options[field]
    const ms = given === undefined ? otherwise : typeof given === 'number' ? given : parseDuration(given)
    if (!(ms >= least)) throw new ConfigurationError(`webhook certificates: "${field}" is ${ms} ms: it must be ${least} ms or more`)
    return ms
  }
  const settings: RotationSettings = {
    authorityLifetime: time('authorityLifetime', 3_650 * DAY, 1_000),
    serverLifetime: time('serverLifetime', 365 * DAY, 1_000),
    lookAhead: time('lookAhead', 90 * DAY, 0),
    propagation: time('propagation', 30_000, 0),
    retirement: time('retirement', 600_000, 0),
    checkEvery: time('checkEvery', 12 * HOUR, 1_000),
  }
  for (const lifetime of ['serverLifetime', 'authorityLifetime'] as const) {
    if (settings.lookAhead >= settings[lifetime])
      throw new ConfigurationError(
        `webhook certificates: "lookAhead" (${settings.lookAhead} ms) is not shorter than "${lifetime}" (${settings[lifetime]} ms): each would be replaced as soon as it is made`,
      )
  }
  return settings
}
