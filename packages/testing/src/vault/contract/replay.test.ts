import { afterAll, expect, test } from 'vitest'
import { INTENDED, RACES } from './intended-differences.ts'
import { type Finding, replay } from './replay.ts'
import { SCENES } from './scenes.ts'

const counts = { played: 0, same: 0, intended: 0, races: 0 }

afterAll(() => {
  const { played, same, intended, races } = counts
  process.stdout.write(`replay: ${played} recorded exchanges, ${same} the same, ${intended} intended differences, ${races} races\n`)
})

for (const [name, stage] of Object.entries(SCENES)) {
  test(`the fake answers as Vault 1.21.2 was recorded to answer: ${name}`, { timeout: 180_000 }, async () => {
    const { scene, vaults } = await stage()
    try {
      const { played, findings } = await replay(scene)
      const intended = findings.filter((found) => INTENDED.some((known) => known.scene === found.scene && known.step === found.step))
      const races = findings.filter((found) => found.watched && RACES[found.scene]?.includes(found.step) === true)
      const unexpected = findings.filter((found) => !intended.includes(found) && !races.includes(found))
      expect(unexpected.map(shown)).toEqual([])
      // A difference that is gone has to leave the table.
      const met = new Set(intended.map(({ step }) => step))
      expect(INTENDED.filter((known) => known.scene === scene.name && !met.has(known.step))).toEqual([])
      counts.played += played
      counts.same += played - findings.length
      counts.intended += intended.length
      counts.races += races.length
    } finally {
      await Promise.all(vaults.map((vault) => vault.stop()))
    }
  })
}

const shown = ({ step, request, differences }: Finding) => `${step} | ${request}: ${differences.join('; ')}`
