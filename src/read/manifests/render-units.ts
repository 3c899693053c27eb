import { isJsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'

/** File names that make their folder a chart or a kustomization. */
export const chartFile = 'Chart.yaml'
export const kustomizationFiles: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/**
 * Files that belong to a kustomization itself: patches, inputs of generators and transformers. They are pieces and
 * settings, no whole objects, so they are not read as manifests. `resources` are: see README.md. Paths are as written,
 * relative to the kustomization's folder; remote ones are left out.
 */
export function kustomizationInputs(kustomization: JsonValue): readonly string[] {
  if (!isJsonObject(kustomization)) return []
  const paths: string[] = []
  const add = (value: JsonValue | undefined): void => {
    if (typeof value === 'string' && isLocalFile(value)) paths.push(value)
  }
  const each = (key: string, use: (item: JsonValue) => void): void => {
    const list = ownValue(kustomization, key)
    if (Array.isArray(list)) list.forEach(use)
  }
  for (const key of ['patchesStrategicMerge', 'transformers', 'generators', 'validators', 'configurations', 'crds']) {
    each(key, add)
  }
  for (const key of ['patches', 'patchesJson6902', 'replacements']) each(key, item => add(ownValue(item, 'path')))
  for (const key of ['configMapGenerator', 'secretGenerator']) {
    each(key, item => {
      add(ownValue(item, 'env'))
      for (const field of ['files', 'envs']) {
        const files = ownValue(item, field)
        // `key=path` names the entry.
        if (Array.isArray(files))
          for (const file of files) add(typeof file === 'string' ? file.replace(/^[^=]*=/, '') : file)
      }
    })
  }
  each('helmCharts', item => {
    add(ownValue(item, 'valuesFile'))
    const more = ownValue(item, 'additionalValuesFiles')
    if (Array.isArray(more)) for (const file of more) add(file)
  })
  add(ownValue(ownValue(kustomization, 'openapi'), 'path'))
  return paths
}

/** Inline patches and remote addresses are no files. */
function isLocalFile(text: string): boolean {
  return text !== '' && text.length < 4096 && !text.includes('\n') && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}
