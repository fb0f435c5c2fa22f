// What becomes of the user's program while its files change. Pure: facts come in, what to do comes out.

/** One run of the program; each change begins the next. */
export type RunId = number

export type Session =
  /** Nothing runs, because the program has ended: the next change starts it. */
  | { readonly is: 'waiting'; readonly last: RunId }
  | { readonly is: 'starting'; readonly run: RunId }
  | { readonly is: 'running'; readonly run: RunId }
  /** A change came: the next run begins when this one is over, for two at once would write against each other. */
  | { readonly is: 'replacing'; readonly run: RunId }
  | { readonly is: 'ending'; readonly run: RunId }
  | { readonly is: 'ended' }

export type Fact =
  | { readonly saw: 'change' }
  | { readonly saw: 'started'; readonly run: RunId }
  | { readonly saw: 'exit'; readonly run: RunId; readonly code: number | string }
  | { readonly saw: 'quit' }

export type Effect =
  | { readonly do: 'launch'; readonly run: RunId }
  | { readonly do: 'stop'; readonly run: RunId }
  | { readonly do: 'tell-live'; readonly run: RunId }
  | { readonly do: 'tell-ended'; readonly code: number | string }

type Step = readonly [Session, readonly Effect[]]

/** Before the first run. */
export const BEFORE: Session = { is: 'waiting', last: 0 }

export function step(session: Session, fact: Fact): Step {
  if (session.is === 'ended') return [session, []]
  if (fact.saw === 'quit') return quit(session)
  // What is told of an earlier run is history.
  if ('run' in fact && (session.is === 'waiting' || fact.run !== session.run)) return [session, []]
  switch (session.is) {
    case 'waiting':
      return launch(session.last + 1)
    case 'starting':
    case 'running':
      if (fact.saw === 'change') return [{ is: 'replacing', run: session.run }, [{ do: 'stop', run: session.run }]]
      if (fact.saw === 'exit') return [{ is: 'waiting', last: session.run }, [{ do: 'tell-ended', code: fact.code }]]
      return session.is === 'running' ? [session, []] : [{ is: 'running', run: session.run }, [{ do: 'tell-live', run: session.run }]]
    case 'replacing':
      return fact.saw === 'exit' ? launch(session.run + 1) : [session, []]
    case 'ending':
      return fact.saw === 'exit' ? [{ is: 'ended' }, []] : [session, []]
  }
}

function launch(run: RunId): Step {
  return [{ is: 'starting', run }, [{ do: 'launch', run }]]
}

function quit(session: Exclude<Session, { readonly is: 'ended' }>): Step {
  if (session.is === 'waiting') return [{ is: 'ended' }, []]
  if (session.is === 'ending') return [session, []]
  return [{ is: 'ending', run: session.run }, session.is === 'replacing' ? [] : [{ do: 'stop', run: session.run }]]
}
