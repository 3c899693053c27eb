/** A credential whose shape cannot be mistaken: a vendor's prefix and length, or a structure of its own. */
export interface SecretFormat {
  readonly id: string
  /** What it is, for messages: `GitHub token`. */
  readonly name: string
  /** Bounded and linear; the whole match is the secret, or the first group where there is one. */
  readonly pattern: RegExp
}

const format = (id: string, name: string, pattern: RegExp): SecretFormat => ({ id, name, pattern })

/** Formats that are secrets wherever they stand. */
const formats: readonly SecretFormat[] = [
  format('private-key', 'private key', /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/),
  format('age-key', 'age key', /\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b/),
  format('aws-access-key', 'AWS access key', /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/),
  format('azure-storage-key', 'Azure storage key', /\bAccountKey=([A-Za-z0-9+/]{86}==)/),
  format('azure-shared-access-key', 'Azure shared access key', /\bSharedAccessKey=([A-Za-z0-9+/]{43}=)/),
  format(
    'azure-client-secret',
    'Azure client secret',
    /(?<![\w~.-])[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])/,
  ),
  format('databricks-token', 'Databricks token', /\bdapi[0-9a-f]{32}\b/),
  format('digitalocean-token', 'DigitalOcean token', /\bdo[opr]_v1_[0-9a-f]{64}\b/),
  format('docker-token', 'Docker Hub token', /\bdckr_(?:pat|oat)_[\w-]{27,40}/),
  format('github-token', 'GitHub token', /\b(?:gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_\w{82})\b/),
  format('gitlab-token', 'GitLab token', /\bgl(?:pat|dt|ptt|rt|soat)-[\w-]{20,64}/),
  format('google-api-key', 'Google API key', /\bAIza[\w-]{35}(?![\w-])/),
  format('grafana-token', 'Grafana token', /\bgl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[A-Za-z0-9+/]{32,400}={0,2})/),
  format('hugging-face-token', 'Hugging Face token', /\bhf_[A-Za-z]{34}\b/),
  format('json-web-token', 'JSON Web Token', /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,8000}\.[\w-]{20,1000}/),
  format('new-relic-key', 'New Relic key', /\bNRAK-[A-Z0-9]{27}\b/),
  format('npm-token', 'npm token', /\bnpm_[A-Za-z0-9]{36}\b/),
  format(
    'openai-key',
    'OpenAI key',
    /\bsk-(?:(?:proj|svcacct|admin)-[\w-]{20,200}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})/,
  ),
  format('anthropic-key', 'Anthropic key', /\bsk-ant-[a-z]{3,8}\d{2}-[\w-]{80,120}/),
  format('pypi-token', 'PyPI token', /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,1000}/),
  format('sendgrid-key', 'SendGrid key', /\bSG\.[\w-]{22}\.[\w-]{43}/),
  format('shopify-token', 'Shopify token', /\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}\b/),
  format('slack-token', 'Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{20,250}/),
  format('slack-webhook', 'Slack webhook', /\bhooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9+/]{40,60}/),
  format('stripe-key', 'Stripe key', /\b[rs]k_live_[A-Za-z0-9]{20,250}\b/),
  format('telegram-token', 'Telegram token', /\b\d{8,10}:AA[\w-]{33}(?![\w-])/),
  format('vault-token', 'Vault token', /\bhv[brs]\.[\w-]{24,300}/),
]

// One pass decides for nearly every text that none of them is in it.
const anyPrefix =
  /PRIVATE KEY|AGE-SECRET|AKIA|ASIA|AccessKey=|AccountKey=|Q~|dapi|do[opr]_v1|dckr_|gh[opsur]_|github_pat|gl(?:pat|dt|ptt|rt|soat)-|AIza|gl(?:sa_|c_)|hf_|eyJ|NRAK|npm_|sk-|pypi-|SG\.|shp|xox|hooks\.slack|k_live_|:AA|hv[brs]\./

/** The first secret of a known format in a text; keys that documentation uses as examples are none. */
export function knownSecretIn(text: string): SecretFormat | undefined {
  if (!anyPrefix.test(text)) return undefined
  return formats.find(({ pattern }) => {
    const match = pattern.exec(text)
    return match !== null && !isExample(match[1] ?? match[0])
  })
}

function isExample(secret: string): boolean {
  return /example|sample|dummy|placeholder|redacted|your[-_]/i.test(secret) || /(.)\1{9}/.test(secret)
}
