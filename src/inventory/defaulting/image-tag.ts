/** The pull policy of an image reference: `Always` for `:latest` and for no tag and no digest, else `IfNotPresent`. */
export function imagePullPolicy(reference: string): 'Always' | 'IfNotPresent' {
  if (reference.includes('@')) return 'IfNotPresent'
  const last = reference.slice(reference.lastIndexOf('/') + 1)
  const colon = last.indexOf(':')
  return colon < 0 || last.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent'
}
