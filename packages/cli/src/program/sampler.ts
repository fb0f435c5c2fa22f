import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name; every trace, when they name none or none that is known. */
export function samplerNamed(name: string | undefined, argument: string | undefined): Sampler {
  const [, parentBased, kind] = /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name ?? '') ?? []
  const root = rootSampler(kind, argument)
  return parentBased === undefined && kind !== undefined ? root : new ParentBasedSampler({ root })
}

function rootSampler(kind: string | undefined, argument: string | undefined): Sampler {
  if (kind === 'always_off') return new AlwaysOffSampler()
  const ratio = Number(argument || 1)
  if (kind === 'traceidratio' && ratio >= 0 && ratio <= 1) return new TraceIdRatioBasedSampler(ratio)
  return new AlwaysOnSampler()
}
