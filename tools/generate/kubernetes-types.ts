/**
 * Adds a Kubernetes minor to `data/kubernetes-types.json`: its built-in kinds with their resources, scope and the fields
 * of every type, as the API server decodes and encodes them.
 *
 * What is served (groups, versions, kinds, scope, sub-resources) is asked of a running API server; how each field is
 * encoded (whether a zero value is kept) stands in the Go types of the same release, which the Go module cache holds.
 *
 *   KUBEBUILDER_ASSETS=... node tools/generate/kubernetes-types.ts 1.37 v0.37.2
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../../src/adapters/fs/atomic-write.ts'
import { startControlPlane } from '../../test/control-plane.ts'
import { type GoField, type GoTypes, goTypes } from './go-structs.ts'
import { type FieldRow, type KindRow, type KindTableFile, kindTableText, withMinor } from './kind-table-file.ts'

const [minor, release] = process.argv.slice(2)
if (minor === undefined || release === undefined) throw new Error('usage: kubernetes-types.ts 1.NN v0.NN.P')

const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim()
const modules: Readonly<Record<string, string>> = {
  'k8s.io/api': join(cache, `k8s.io/api@${release}`),
  'k8s.io/apimachinery': join(cache, `k8s.io/apimachinery@${release}`),
  'k8s.io/apiextensions-apiserver': join(cache, `k8s.io/apiextensions-apiserver@${release}`),
  'k8s.io/kube-aggregator': join(cache, `k8s.io/kube-aggregator@${release}`),
}

/** Go packages that declare the types of a group, where the group's first label is not the folder. */
const packages: Readonly<Record<string, string>> = {
  '': 'k8s.io/api/core',
  'apiextensions.k8s.io': 'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions',
  'apiregistration.k8s.io': 'k8s.io/kube-aggregator/pkg/apis/apiregistration',
  'flowcontrol.apiserver.k8s.io': 'k8s.io/api/flowcontrol',
  'internal.apiserver.k8s.io': 'k8s.io/api/apiserverinternal',
}

const packageOf = (group: string, version: string) =>
  `${packages[group] ?? `k8s.io/api/${group.split('.')[0]}`}/${version}`

/** Types whose JSON form is not that of their Go struct. */
const scalars: Readonly<Record<string, string>> = {
  'k8s.io/apimachinery/pkg/api/resource.Quantity': 'q',
  'k8s.io/apimachinery/pkg/util/intstr.IntOrString': 'x',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Time': 't',
  'k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime': 'T',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Duration': 's',
  'k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1': 'r',
  'k8s.io/apimachinery/pkg/runtime.RawExtension': 'r',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON': 'r',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray': 'r',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool': 'r',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray': 'r',
}
const basics: Readonly<Record<string, string>> = {
  string: 's',
  bool: 'b',
  int: 'l',
  int32: 'i',
  int64: 'l',
  uint8: 'i',
  byte: 'i',
  float64: 'n',
}

const parsed = new Map<string, GoTypes>()
function goPackage(path: string): GoTypes {
  const known = parsed.get(path)
  if (known !== undefined) return known
  const module = Object.keys(modules).find(name => path === name || path.startsWith(`${name}/`))
  const folder = module === undefined ? '' : join(modules[module]!, path.slice(module.length))
  const merged = {
    structs: new Map<string, readonly GoField[]>(),
    aliases: new Map<string, string>(),
    imports: new Map<string, string>(),
  }
  if (folder !== '' && existsSync(folder)) {
    for (const file of readdirSync(folder).filter(
      name => name.endsWith('.go') && !/_test\.go$|^zz_|^generated/.test(name),
    )) {
      const types = goTypes(readFileSync(join(folder, file), 'utf8'))
      for (const [name, fields] of types.structs) merged.structs.set(name, fields)
      for (const [name, type] of types.aliases) merged.aliases.set(name, type)
      for (const [name, target] of types.imports) merged.imports.set(name, target)
    }
  }
  parsed.set(path, merged)
  return merged
}

const types: { name: string; fields: FieldRow[] }[] = []
const indexes = new Map<string, number>()

function typeCode(go: string, path: string): string {
  if (go.startsWith('*')) return typeCode(go.slice(1), path)
  if (go === '[]byte') return 'y'
  if (go.startsWith('[]')) return `[${typeCode(go.slice(2), path)}`
  const map = /^map\[[\w.]+\](.+)$/.exec(go)
  if (map !== null) return `{${typeCode(map[1]!, path)}`
  if (basics[go] !== undefined) return basics[go]
  const [owner, name] = go.includes('.') ? (go.split('.') as [string, string]) : ['', go]
  const home = owner === '' ? path : goPackage(path).imports.get(owner)
  if (home === undefined) throw new Error(`unknown package ${owner} of ${go} in ${path}`)
  const scalar = scalars[`${home}.${name}`]
  if (scalar !== undefined) return scalar
  const declared = goPackage(home)
  const alias = declared.aliases.get(name)
  if (alias !== undefined) return typeCode(alias, home)
  if (!declared.structs.has(name)) throw new Error(`no type ${name} in ${home} (of ${path})`)
  return `#${structIndex(home, name)}`
}

function structIndex(path: string, name: string): number {
  const key = `${path}.${name}`
  const known = indexes.get(key)
  if (known !== undefined) return known
  const index = types.length
  indexes.set(key, index)
  const type = { name: `${path.split('/').slice(-2).join('/')}.${name}`, fields: [] as FieldRow[] }
  types.push(type)
  type.fields.push(...fieldRows(path, name))
  return index
}

function fieldRows(path: string, name: string): FieldRow[] {
  const alias = goPackage(path).aliases.get(name)
  if (alias !== undefined)
    return fieldRows(
      alias.includes('.') ? goPackage(path).imports.get(alias.split('.')[0]!)! : path,
      alias.split('.').at(-1)!,
    )
  const fields = goPackage(path).structs.get(name)
  if (fields === undefined) throw new Error(`no struct ${name} in ${path}`)
  return fields.flatMap((field): FieldRow[] => {
    if (field.name === '') {
      const [owner, inner] = field.type.includes('.') ? (field.type.split('.') as [string, string]) : ['', field.type]
      return fieldRows(owner === '' ? path : goPackage(path).imports.get(owner)!, inner)
    }
    return [
      [
        field.name,
        typeCode(field.type, path),
        (field.omitEmpty ? 1 : 0) | (field.isPointer ? 2 : 0) | (field.omitZero ? 4 : 0),
      ],
    ]
  })
}

interface Resource {
  readonly name: string
  readonly singularName: string
  readonly namespaced: boolean
  readonly kind: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
}

const server = await startControlPlane({ apiServerFlags: ['--runtime-config=api/all=true'] })
try {
  const get = async <T>(path: string): Promise<T> => {
    const answer = await server.kubectl(['get', '--raw', path])
    if (answer.code !== 0) throw new Error(answer.stderr)
    return JSON.parse(answer.stdout) as T
  }
  const groups = (await get<{ groups: { name: string; versions: { version: string }[] }[] }>('/apis')).groups
  const served = [
    { group: '', version: 'v1' },
    ...groups.flatMap(group => group.versions.map(({ version }) => ({ group: group.name, version }))),
  ]
  const kinds: KindRow[] = []
  for (const { group, version } of served) {
    const { resources } = await get<{ resources: Resource[] }>(group === '' ? '/api/v1' : `/apis/${group}/${version}`)
    for (const resource of resources.filter(resource => !resource.name.includes('/'))) {
      const subresources = resources
        .filter(other => other.name.startsWith(`${resource.name}/`))
        .map(other => other.name.slice(resource.name.length + 1))
      kinds.push({
        group,
        version,
        kind: resource.kind,
        resource: resource.name,
        namespaced: resource.namespaced,
        persisted: resource.verbs.includes('list') || resource.verbs.includes('get'),
        subresources: subresources.sort(),
        shortNames: resource.shortNames ?? [],
        type: structIndex(packageOf(group, version), resource.kind),
      })
    }
  }
  const file = join(import.meta.dirname, '../../data/kubernetes-types.json')
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KindTableFile) : undefined
  const table = withMinor(before, {
    minor: Number(minor.slice(2)),
    release,
    compiled: new Date().toISOString().slice(0, 10),
    kinds,
    types: types.map(({ name, fields }) => [name, fields]),
  })
  await writeFileAtomic(file, kindTableText(table))
  process.stderr.write(`${kinds.length} kinds, ${types.length} types\n`)
} finally {
  await server.stop()
}
