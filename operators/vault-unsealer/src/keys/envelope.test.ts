import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { expect, onTestFinished, test } from 'vitest'
import { ageEnvelope, IDENTITY_FILE, sharesIn } from './envelope.ts'

const SHARES = [Buffer.alloc(33, 1), Buffer.alloc(33, 2)]
const TEXT = JSON.stringify(SHARES.map((share) => share.toString('base64')))
const { signal } = new AbortController()

async function encrypted(recipient: string, text = TEXT): Promise<Buffer> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return Buffer.from(await encrypter.encrypt(text))
}

/** The folder of an unsealer with these files, and what reads with it. */
function stage(files: Readonly<Record<string, string>>) {
  const directory = mkdtempSync(join(tmpdir(), 'kubewright-age-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  mkdirSync(join(directory, 'ns', 'main'), { recursive: true })
  for (const [file, content] of Object.entries(files)) writeFileSync(join(directory, 'ns', 'main', file), content)
  return (value: Buffer, name = 'main') => sharesIn(value, ageEnvelope({ directory, namespace: 'ns', name }), signal)
}

test('what is encrypted for the identity in the folder is decrypted, armored or not', async () => {
  const identity = await generateX25519Identity()
  const read = stage({ [IDENTITY_FILE]: `# made for this\n${identity}\n` })
  const binary = await encrypted(await identityToRecipient(identity))
  for (const value of [Buffer.from(binary), Buffer.from(armor.encode(binary)), Buffer.from(`\n${armor.encode(binary)}\n`)])
    expect(await read(value)).toEqual({ shares: SHARES, refused: [] })
})

test('of several identities the one that fits is taken', async () => {
  const identities = await Promise.all([1, 2, 3].map(() => generateX25519Identity()))
  const read = stage({ [IDENTITY_FILE]: identities.join('\n') })
  expect((await read(await encrypted(await identityToRecipient(identities[2]!)))).shares).toEqual(SHARES)
})

test('what is not encrypted is read as ever', async () => {
  expect((await stage({})(Buffer.from(TEXT))).shares).toEqual(SHARES)
})

test('the identity of another unsealer decrypts nothing', async () => {
  const identity = await generateX25519Identity()
  const read = stage({ [IDENTITY_FILE]: identity })
  const { shares, refused } = await read(await encrypted(await identityToRecipient(identity)), 'other')
  expect([shares, refused[0]?.why]).toEqual([[], expect.stringContaining('file ns/other/age-identity: there is none')])
})

test.each([
  ['for somebody else', async () => encrypted(await identityToRecipient(await generateX25519Identity())), 'not for an identity'],
  ['and cut off', async (own: string) => (await encrypted(own)).subarray(0, 180), 'not for an identity'],
  ['with PGP', async () => Buffer.from('-----BEGIN PGP MESSAGE-----\n\nwcBM\n-----END PGP MESSAGE-----'), 'encrypt it with age'],
  ['with an armor that is none', async () => Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\n!\n'), 'damaged'],
] as const)('what is encrypted %s is refused, and says why', async (_, make, why) => {
  const identity = await generateX25519Identity()
  const { shares, refused } = await stage({ [IDENTITY_FILE]: identity })(Buffer.from(await make(await identityToRecipient(identity))))
  expect([shares, refused[0]?.why]).toEqual([[], expect.stringContaining(why)])
})

test('an identity that is none is not shown', async () => {
  const identity = await generateX25519Identity()
  const broken = identity.slice(0, -3)
  const { refused } = await stage({ [IDENTITY_FILE]: broken })(await encrypted(await identityToRecipient(identity)))
  expect(refused[0]?.why).toContain('no identity')
  expect(JSON.stringify(refused)).not.toContain(broken.slice(20, 30))
})
