/**
 * In which order the items of an applied list and of the live one stand together: the applied ones as the applier wants them, and each live item
 * that was not applied where it stood among those that were. kube-apiserver's merge, step by step.
 */
export function mergedOrder(live: readonly string[], applied: readonly string[]): readonly string[] {
  const [liveSteps, appliedSteps] = [new Set(live), new Set(applied)]
  const shared = applied.filter((step) => liveSteps.has(step))
  const order: string[] = []
  const placed = new Set<string>()
  let nextShared = 0
  const place = (step: string) => {
    order.push(step)
    placed.add(step)
    if (shared[nextShared] === step) nextShared++
  }
  let [ours, theirs] = [0, 0]
  while (ours < live.length || theirs < applied.length) {
    const [own, wanted] = [live[ours], applied[theirs]]
    if (own !== undefined && own === wanted) {
      place(own)
      ours++
      theirs++
    } else if (
      own !== undefined &&
      wanted !== undefined &&
      appliedSteps.has(own) &&
      nextShared < shared.length &&
      shared[nextShared] !== own
    ) {
      // Its place is where the applier has it, which is still to come, or was.
      ours++
    } else if (own !== undefined && !appliedSteps.has(own)) {
      order.push(own)
      ours++
    } else {
      if (own !== undefined && placed.has(own)) ours++
      if (wanted !== undefined) {
        place(wanted)
        theirs++
      }
    }
  }
  return order
}
