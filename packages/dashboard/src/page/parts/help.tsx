import { useEffect, useRef } from 'preact/hooks'

export const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'look for an object'],
  ['j  k', 'down and up in the list'],
  ['Enter', 'open'],
  ['Esc', 'back'],
  ['g o', 'overview'],
  ['g l', 'list of objects'],
  ['t', 'light, dark, as the system has it'],
  ['?', 'this help'],
]

export function Help({ close }: { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(/\s+/).map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="aside">In the search: ns:shop, kind:secret, is:failing, and any words.</p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
