import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretInCommand, secretInSettings, secretInText, secretUnder } from './plain-secret.ts'

const random = 'q8ZrT2mK4vX9pL1wN7cB'

for (const [name, value] of [
  ['DB_PASSWORD', 'correct-horse'],
  ['dbPassword', 'postgres'],
  ['POSTGRES_PASSWORD_1', 'x1'],
  ['MYSQL_PWD', 'root1'],
  ['ADMIN_PASS', 'letmein'],
  ['SECRET_KEY', random],
  ['aws.secretAccessKey', random],
  ['API_TOKEN', random],
  ['SESSION_SECRET', 'deadbeefcafebabe0123456789abcdef'],
] as const) {
  test(`${name}=${value} is a secret`, () => assert.equal(secretUnder(name, value)?.by, 'name'))
}

for (const [name, value] of [
  ['DB_PASSWORD', ''],
  ['DB_PASSWORD', '$(DB_PASSWORD)'],
  ['DB_PASSWORD', `${'$'}{DB_PASSWORD:-}`],
  ['DB_PASSWORD', '{{ .Values.password }}'],
  ['DB_PASSWORD', '<your password>'],
  ['DB_PASSWORD', 'changeme'],
  ['DB_PASSWORD', 'vault:secret/data/db#password'],
  ['DB_PASSWORD', '/etc/secrets/password'],
  ['DB_PASSWORD_FILE', 'password.txt'],
  ['PASSWORD_MIN_LENGTH', '12'],
  ['TOKEN_URL', random],
  ['TLS_SECRET_NAME', random],
  ['SECRET', 'web-tls-certificate'],
  ['TOKEN', 'true'],
  ['KEY', random],
  ['COMPASS', 'north'],
  ['KEYCLOAK_REALM', random],
  ['API_TOKEN', '550e8400-e29b-41d4-a716-446655440000'],
] as const) {
  test(`${name}=${value} is no secret`, () => assert.equal(secretUnder(name, value), undefined))
}

for (const [text, what] of [
  [`-----BEGIN OPENSSH PRIVATE ${'KEY'}-----`, 'private key'],
  [`-----BEGIN PGP PRIVATE ${'KEY'} BLOCK-----`, 'private key'],
  [`token ghp_${'aB3'.repeat(12)}`, 'GitHub token'],
  [`glpat-${'aB3x'.repeat(5)}`, 'GitLab token'],
  [`xoxb-${'1234567890-'.repeat(3)}abcdef`, 'Slack token'],
  [`DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${'aB3x'.repeat(21)}Zz==;`, 'Azure storage key'],
  [`eyJ${'hbGciOi'.repeat(3)}.eyJ${'zdWIiOi'.repeat(3)}.${'Sfl-Kx_w'.repeat(4)}`, 'JSON Web Token'],
  [`123456789:AA${'Hd8s-k_Q1'.repeat(4).slice(0, 33)}`, 'Telegram token'],
  ['amqp://shop:c0rrect@mq.shop.svc:5672', 'password in an address'],
] as const) {
  test(`${what} is known by its form`, () => assert.equal(secretInText(text)?.what, what))
}

for (const text of [
  'AKIAIOSFODNN7EXAMPLE',
  `ghp_${'x'.repeat(36)}`,
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN PUBLIC KEY-----',
  'https://user@host.example.com/path',
  'https://host.example.com:8443/a@b',
  'amqp://$(USER):$(PASSWORD)@mq',
  'postgres://user:password@db/shop',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
]) {
  test(`${text} is no secret`, () => assert.equal(secretInText(text), undefined))
}

test('settings are read line by line, comments are not', () => {
  assert.equal(
    secretInSettings('a=1\nexport DB_PASSWORD="correct"\n')?.what,
    'value of 7 characters under "DB_PASSWORD"',
  )
  assert.equal(secretInSettings('# password=correct\nuser: a\n'), undefined)
  assert.equal(secretInSettings('{\n  "password": "correct",\n}\n')?.by, 'name')
})

test('commands are read flag by flag', () => {
  assert.equal(secretInCommand(['app', '--password', 'correct'])?.what, 'value of 7 characters of the flag --password')
  assert.equal(secretInCommand(['sh', '-c', 'app --db-password=correct --x'])?.by, 'name')
  assert.equal(secretInCommand(['app', '--password-file', '/a']), undefined)
  assert.equal(secretInCommand(['app', '--password', '--verbose']), undefined)
})

test('hostile texts take linear time', () => {
  const texts = ['eyJ'.repeat(40_000), `a://${':'.repeat(120_000)}`, 'AccountKey='.repeat(10_000), '-p '.repeat(40_000)]
  const start = performance.now()
  for (const text of texts) {
    secretInText(text)
    secretInSettings(`password ${text}`)
    secretInCommand([text])
  }

  assert.ok(performance.now() - start < 2000)
})
