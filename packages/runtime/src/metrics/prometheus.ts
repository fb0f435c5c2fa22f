// Not from 'prom-client' itself: for what only its other parts use (a cluster's workers, a push gateway) that loads Node's cluster, child processes and
// datagrams, 15 ms and 5 MB of every start. Only types come from there; in a declaration they need no declarations of these files.
import type * as client from 'prom-client'
import CounterClass from 'prom-client/lib/counter.js'
import GaugeClass from 'prom-client/lib/gauge.js'
import HistogramClass from 'prom-client/lib/histogram.js'
import RegistryClass from 'prom-client/lib/registry.js'

/** A metric that only grows: prom-client's. */
export const Counter: typeof client.Counter = CounterClass
export type Counter<Label extends string = string> = client.Counter<Label>

/** A metric that goes up and down: prom-client's. */
export const Gauge: typeof client.Gauge = GaugeClass
export type Gauge<Label extends string = string> = client.Gauge<Label>

/** A metric of how values are distributed: prom-client's. */
export const Histogram: typeof client.Histogram = HistogramClass
export type Histogram<Label extends string = string> = client.Histogram<Label>

/** Where metrics are registered and read from: prom-client's. */
export const Registry: typeof client.Registry = RegistryClass
export type Registry<ContentType extends client.RegistryContentType = client.PrometheusContentType> = client.Registry<ContentType>
