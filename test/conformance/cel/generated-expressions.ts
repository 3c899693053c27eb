import { type CelType, formatType, kubernetesEnvironment } from '../../../src/lib/cel/index.ts'

/** Expressions of every type that an operand can have. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  int: ['2', '-1'],
  uint: ['3u'],
  double: ['1.5'],
  bool: ['true'],
  string: ["'b'", "'10.0.0.0/8'", "'2024-01-02T03:04:05Z'"],
  bytes: ["b'ab'"],
  null: ['null'],
  list: ['[3, 1, 2]', "['b', 'a']", '[]'],
  map: ["{'b': 1}", '{}'],
  duration: ["duration('90m')"],
  timestamp: ["timestamp('2024-01-02T03:04:05.678+02:00')"],
  optional: ['optional.of(1)', 'optional.none()'],
  type: ['int'],
  ip: ["ip('10.1.2.3')", "ip('fe80::1')"],
  cidr: ["cidr('10.0.0.0/8')"],
  quantity: ["quantity('1.5Gi')"],
  url: ["url('https://u@h.example:80/a b?x=1&x=2')"],
  semver: ["semver('1.2.3-rc.1+b')"],
  format: ['format.dns1123Label()'],
}

const OPERATORS: Readonly<Record<string, string>> = {
  '_+_': '+',
  '_-_': '-',
  '_*_': '*',
  '_/_': '/',
  '_%_': '%',
  '_<_': '<',
  '_<=_': '<=',
  '_>_': '>',
  '_>=_': '>=',
  '_==_': '==',
  '_!=_': '!=',
  '_&&_': '&&',
  '_||_': '||',
  '@in': 'in',
}

/** Calls of every function with every type of operand, statically typed and behind `dyn`. */
export function generatedExpressions(): string[] {
  const expressions = new Set<string>()
  for (const declaration of kubernetesEnvironment({ purpose: 'new' }).functions.values()) {
    if (declaration.name.includes('@') && declaration.name !== '@in') continue
    if (/^authz|check|group$/u.test(declaration.name)) continue
    for (const overload of declaration.overloads) {
      const fitting = overload.args.map(type => fittingSample(type))
      if (fitting.some(sample => sample === undefined)) continue
      const args = fitting as string[]
      expressions.add(render(declaration.name, overload.member, args))
      expressions.add(render(declaration.name, overload.member, args.map(dyn)))
      args.forEach((_, position) => {
        for (const sample of Object.values(SAMPLES).flat()) {
          const changed = args.map((arg, i) => (i === position ? sample : arg))
          expressions.add(render(declaration.name, overload.member, changed))
          expressions.add(
            render(
              declaration.name,
              overload.member,
              changed.map((arg, i) => (i === position ? dyn(arg) : arg)),
            ),
          )
        }
      })
    }
  }
  return [...expressions]
}

function dyn(text: string): string {
  return `dyn(${text})`
}

function fittingSample(type: CelType): string | undefined {
  const name = formatType(type)
  if (name === 'list(string)') return "['b', 'a']"
  if (name === 'list(bool)') return '[true, false]'
  if (name === 'list(uint)') return '[3u, 1u]'
  if (name === 'list(double)') return '[2.5, 1.5]'
  if (name === 'list(bytes)') return "[b'b', b'a']"
  if (name === 'list(duration)') return "[duration('2h'), duration('1h')]"
  if (name === 'list(timestamp)') return "[timestamp('2024-01-02T03:04:05Z'), timestamp('2023-01-02T03:04:05Z')]"
  if (name.startsWith('list(list')) return '[[1, 2], [3]]'
  if (name.startsWith('list(optional')) return '[optional.of(1), optional.none()]'
  if (name.startsWith('optional_type(list')) return 'optional.of([1, 2])'
  if (name.startsWith('optional_type(map')) return "optional.of({'b': 1})"
  const kinds: Readonly<Record<string, string>> = {
    'net.IP': 'ip',
    'net.CIDR': 'cidr',
    'kubernetes.Quantity': 'quantity',
    'kubernetes.URL': 'url',
    'kubernetes.Semver': 'semver',
    'kubernetes.NamedFormat': 'format',
    optional_type: 'optional',
  }
  if (type.kind === 'dyn' || type.kind === 'typeParam') return '1'
  return SAMPLES[kinds[type.name] ?? type.kind]?.[0]
}

function render(name: string, isMember: boolean, args: readonly string[]): string {
  const [first, second, third] = args
  const operator = OPERATORS[name]
  if (operator !== undefined) return `${first} ${operator} ${second}`
  switch (name) {
    case '!_':
      return `!${first}`
    case '-_':
      return `-${first!.startsWith('-') || /^\d/u.test(first!) ? `(${first})` : first}`
    case '_?_:_':
      return `${first} ? ${second} : ${third}`
    case '_[_]':
      return `${first}[${second}]`
    case '_[?_]':
      return `${first}[?${second}]`
    case '_?._':
      return `${first}.?b`
    default:
      return isMember ? `(${first}).${name}(${args.slice(1).join(', ')})` : `${name}(${args.join(', ')})`
  }
}
