import { countsOf, type PolicyPlan } from './plan.ts'
import { backupText, caveatsOf, keepsSome, nameOf, type PlanReport, summaryOf, timeText, whenText, whyText } from './report.ts'

/** One file that a browser shows without the network and that can be sent around: no script, and nothing in it that came in unescaped. */
export function planPage({ scene, now, notes, policies }: PlanReport): string {
  const due = policies.reduce((sum, policy) => sum + countsOf(policy, now).due, 0)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${due} objects due: plan of garbage collection</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Plan of garbage collection</h1>
<p>${escaped(scene)}, ${timeText(now)}. Nothing has been deleted.</p>
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('\n')}
${policies.map((policy) => section(policy, now)).join('\n')}
</body>
</html>
`
}

const STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.4 }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; padding: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8884 }
.note, .problem { border-left: .3rem solid #c60; padding-left: .6rem }
.goes td:first-child { color: #c22; font-weight: 600 }
.unreadable td:first-child { color: #c60 }
`

function section(policy: PolicyPlan, now: number): string {
  const title = `<h2>${escaped(policy.policy)}</h2>`
  if (policy.problem !== undefined) return `${title}\n<p class="problem">It does nothing: ${escaped(policy.problem)}</p>`
  const keeps = keepsSome(policy)
  const rows = policy.objects.map(
    (object) =>
      `<tr class="${object.fate.is}"><td>${escaped(whenText(object, now))}</td><td>${escaped(nameOf(object))}</td>${keeps ? `<td>${escaped(backupText(object))}</td>` : ''}<td>${escaped(whyText(object))}</td></tr>`,
  )
  const caveats = caveatsOf(policy, now).map((caveat) => `<p class="note">${escaped(caveat)}</p>\n`)
  return `${title}
${caveats.join('')}<table>
<caption>${escaped(summaryOf(policy, now))}</caption>
<thead><tr><th scope="col">When</th><th scope="col">Object</th>${keeps ? '<th scope="col">Backup</th>' : ''}<th scope="col">Why</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
