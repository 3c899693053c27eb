import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const workload = (name: string, port: number, more = '') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: ${name}, image: ${name}, ports: [{name: main, containerPort: ${port}}]}]
${more}---
`
const policy = (name: string, spec: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec: ${spec}
---
`
const shop = {
  'shop/web.yaml': workload('web', 8080),
  'shop/api.yaml': workload('api', 9000),
  'shop/database.yaml': workload('database', 5432),
  'shop/policies.yaml': `${policy(
    'database',
    '{podSelector: {matchLabels: {app: database}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: main}]}]}',
  )}${policy(
    'web',
    '{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, {to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 443}]}]}',
  )}apiVersion: v1
kind: Service
metadata: {name: database, namespace: shop}
spec: {selector: {app: database}, ports: [{port: 15432, targetPort: main}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api, namespace: shop}
spec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 9000}]}
`,
}
const inShop = <T>(check: (cwd: string) => T): T => inTemporaryFolder(shop, check)
const network = (cwd: string, ...args: string[]) => runCli(['network', ...args], { cwd })

test('network list -o connlist: one line a pair, sorted by bytes, nothing else', () => {
  inShop(cwd => {
    const { code, stdout } = network(cwd, 'list', '-f', 'shop', '-o', 'connlist')

    assert.equal(code, 0)
    assert.equal(
      stdout,
      `0.0.0.0-255.255.255.255[External] => shop/api[Deployment] : All Connections
0.0.0.0-255.255.255.255[External] => shop/web[Deployment] : All Connections
shop/api[Deployment] => 0.0.0.0-255.255.255.255[External] : All Connections
shop/api[Deployment] => shop/database[Deployment] : TCP 5432
shop/api[Deployment] => shop/web[Deployment] : All Connections
shop/database[Deployment] => 0.0.0.0-255.255.255.255[External] : All Connections
shop/database[Deployment] => shop/api[Deployment] : All Connections
shop/database[Deployment] => shop/web[Deployment] : All Connections
shop/web[Deployment] => 10.0.0.0-10.255.255.255[External] : TCP 443
shop/web[Deployment] => shop/api[Deployment] : All Connections
{ingress-controller} => shop/api[Deployment] : TCP 9000
`,
    )
  })
})

test('network can: named ports, Services with their own ports, and both bounds of an expectation', () => {
  inShop(cwd => {
    const verdict = (...args: string[]) =>
      (JSON.parse(network(cwd, 'can', ...args, '-f', 'shop', '-o', 'json').stdout) as { verdict: string }).verdict

    assert.equal(verdict('shop/api', 'shop/database', '--port', 'main'), 'allow')
    assert.equal(verdict('shop/api', 'svc:shop/database', '--port', '15432'), 'allow')
    assert.equal(verdict('shop/web', 'svc:shop/database', '--port', '15432'), 'deny')
    assert.equal(verdict('shop/web', 'internet', '--port', '443'), 'deny')
    assert.equal(verdict('shop/web', '10.1.2.3', '--port', '443'), 'allow')
    assert.equal(verdict('shop/', 'metadata', '--port', '80'), 'unknown')
    assert.equal(network(cwd, 'can', 'shop/web', 'internet', '-f', 'shop', '--expect', 'deny').code, 0)
    assert.equal(network(cwd, 'can', 'shop/api', 'internet', '-f', 'shop', '--expect', 'deny').code, 1)
  })
})

test('network can --stdin: one answer a line, in order, whatever the line is', () => {
  inShop(cwd => {
    const questions = [
      { id: 1, from: 'shop/api', to: 'shop/database', port: 'TCP/5432' },
      { id: 2, from: 'shop/web', to: 'shop/database', port: 'TCP/5432' },
      { id: 3, from: 'shop/nobody', to: 'shop/database', port: 'TCP/5432' },
      { id: 4, from: 'shop/web', to: 'shop/database', port: 'TCP/0' },
    ]
    const input = `${questions.map(question => JSON.stringify(question)).join('\n')}\nno json\n`

    const { stdout } = runCli(['network', 'can', '--stdin', '-f', 'shop', '-o', 'ndjson'], { cwd, input })

    const answers = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { id: number; verdict: string; reason?: string; by: object[] })
    assert.deepEqual(
      answers.map(({ id, verdict }) => [id, verdict]),
      [
        [1, 'allow'],
        [2, 'deny'],
        [3, 'unknown'],
        [4, 'unknown'],
        [null, 'unknown'],
      ],
    )
    assert.deepEqual(answers[0]!.by, [
      { policy: 'NetworkPolicy/shop/database', direction: 'ingress', rule: 0, file: 'shop/policies.yaml', line: 4 },
    ])
    assert.match(answers[2]!.reason!, /no workload "shop\/nobody"/)
  })
})

test('network explain names what decides, and for a denial the nearest rule with what differs', () => {
  inShop(cwd => {
    const { stdout } = network(cwd, 'explain', 'shop/web', 'shop/database', '--port', '5432', '-f', 'shop')

    assert.match(stdout, /shop\/web\[Deployment\] -> shop\/database\[Deployment\] {2}TCP 5432: DENY/)
    assert.match(stdout, /egress +allow +NetworkPolicy\/shop\/web rule 1 \(shop\/policies.yaml:9\)/)
    assert.match(stdout, /ingress +deny +isolated by NetworkPolicy\/shop\/database \(shop\/policies.yaml:1\)/)
    assert.match(stdout, /nearest: NetworkPolicy\/shop\/database rule 1 .* podSelector app=api, but there is app=web/)
  })
})

test('network who-can and reach list the other ends of one peer', () => {
  inShop(cwd => {
    assert.equal(
      network(cwd, 'who-can', 'shop/database', '--port', '5432', '-f', 'shop', '-o', 'csv').stdout,
      'source,destination,open,possibly,replicas\r\nshop/api[Deployment],shop/database[Deployment],TCP 5432,TCP 5432,all\r\n',
    )
    const reached = network(cwd, 'reach', 'shop/web', '-f', 'shop', '-o', 'csv').stdout.split('\r\n')
    assert.deepEqual(
      reached.slice(1, -1).map(line => line.split(',')[1]),
      ['10.0.0.0-10.255.255.255[External]', 'shop/api[Deployment]'],
    )
  })
})

test('network diff shows what opens and refuses it, between folders and between commits', () => {
  const opened = shop['shop/policies.yaml'].replace(
    '{app: api}}}], ports: [{port: main}]',
    '{app: api}}}, {podSelector: {matchLabels: {app: web}}}]',
  )
  inTemporaryFolder({ ...shop, 'later/policies.yaml': opened }, cwd => {
    for (const name of ['web', 'api', 'database']) spawnSync('cp', [`shop/${name}.yaml`, `later/${name}.yaml`], { cwd })
    const folders = network(cwd, 'diff', 'shop', 'later', '--fail-on', 'added')
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd, encoding: 'utf8' })
    git('init', '-q')
    git('add', 'shop')
    git('commit', '-qm', 'one')
    spawnSync('cp', ['later/policies.yaml', 'shop/policies.yaml'], { cwd })
    git('commit', '-qam', 'two')
    const commits = network(cwd, 'diff', 'HEAD~1', 'HEAD', '-f', 'shop', '--fail-on', 'added')

    for (const { code, stdout } of [folders, commits]) {
      assert.equal(code, 1)
      assert.match(
        stdout,
        /^~ shop\/api\[Deployment\] -> shop\/database\[Deployment\] {2}TCP 5432 => All Connections$/m,
      )
      assert.match(stdout, /^\+ shop\/web\[Deployment\] -> shop\/database\[Deployment\] {2}All Connections$/m)
      assert.match(stdout, /1 added, 1 changed, 0 removed/)
    }
    assert.equal(network(cwd, 'diff', 'later', 'later').stdout, 'no connection changes\n')
    assert.equal(network(cwd, 'diff', 'nowhere', 'later').code, 2)
  })
})

test('network metadata finds the pods, and its policy closes them when it is there', () => {
  inShop(cwd => {
    const open = network(cwd, 'metadata', '-f', 'shop', '--fail-on', 'open', '--write', 'deny.yaml')
    assert.equal(open.code, 1)
    assert.match(open.stdout, /shop\/api\[Deployment\] {2}ALLOW {2}169\.254\.169\.254/)
    assert.match(open.stdout, /2 of 3 workloads reach a metadata service/)

    const closed = network(cwd, 'metadata', '-f', 'shop', '-f', 'deny.yaml', '--fail-on', 'open')
    assert.equal(closed.code, 0)
    assert.match(closed.stdout, /no pod of 3 workloads reaches a metadata service/)

    const changed = network(cwd, 'metadata', '-f', 'shop', '--remedy', 'networkpolicy', '--write', 'policies.yaml')
    assert.ok(existsSync(join(cwd, 'policies.yaml')), changed.stdout)
    assert.match(readFileSync(join(cwd, 'policies.yaml'), 'utf8'), /except:\n {8}- 169\.254\.169\.254\/32/)
    assert.equal(network(cwd, 'metadata', '-f', 'shop', '-f', 'policies.yaml', '--fail-on', 'open').code, 0)
  })
})

test('network exposure and coverage tell what is open to whom', () => {
  inShop(cwd => {
    const rows = (
      JSON.parse(network(cwd, 'exposure', '-f', 'shop', '-o', 'json').stdout) as {
        exposure: {
          workload: string
          isolated: object
          internet: { ingress: object | null }
          ways: { label: string }[]
        }[]
      }
    ).exposure
    const [api, database] = rows
    assert.deepEqual(api!.isolated, { ingress: false, egress: false })
    assert.equal(api!.ways[0]!.label, 'Ingress shop/api (shop.example.com)')
    assert.equal(database!.internet.ingress, null)
    const coverage = network(cwd, 'coverage', '-f', 'shop', '--fail-on', 'uncovered')
    assert.equal(coverage.code, 1)
    assert.match(coverage.stdout, /shop\/database\[Deployment\] {2}isolated {2}open/)
  })
})

test('an input that is wrong is said, with its place, and the rest is answered', () => {
  const broken = policy(
    'broken',
    '{podSelector: {matchLabels: {app: api}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: "10.10.0.0/0#example"}}]}]}',
  )
  inTemporaryFolder({ ...shop, 'shop/broken.yaml': broken, 'shop/no.yaml': 'a: [' }, cwd => {
    const { code, stdout, stderr } = network(cwd, 'can', 'shop/web', 'shop/api', '--port', '80', '-f', 'shop')

    assert.equal(code, 4)
    assert.match(stdout, /^allow/)
    assert.match(stderr, /shop\/broken\.yaml:4:\d+ {2}error {2}CIDR_INVALID/)
    assert.match(stderr, /shop\/no\.yaml:1:\d+ {2}error/)
    // Stored or refused: nobody knows which, where the two differ.
    assert.match(network(cwd, 'can', 'shop/api', 'internet', '--port', '443', '-f', 'shop').stdout, /^unknown/)
    const unknown = network(cwd, 'can', 'shopp/web', 'shop/api', '-f', 'shop')
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /did you mean shop\/web/)
    assert.equal(network(cwd, 'list', '-f', 'shop', '--cni', 'calicoo').code, 2)
    assert.equal(network(cwd, 'list', '-f', 'shop', '--cluster-cidr', '10/8').code, 2)
    const empty = network(cwd, 'reach', 'shop/web', '-f', 'shop/broken.yaml')
    assert.match(empty.stderr, /the input holds no pod and no workload/)
    assert.equal(network(cwd, 'list').code, 2)
    // Every command takes the option that a fault of the program asks for.
    assert.equal(network(cwd, 'coverage', '-f', 'shop/web.yaml', '--debug').code, 0)
  })
})

const balancer = (ranges: string, more = '') => `apiVersion: v1
kind: Service
metadata:
  name: front
  namespace: shop
  annotations: {service.beta.kubernetes.io/load-balancer-source-ranges: "${more}"}
spec:
  type: LoadBalancer
  selector: {app: api}
  ports: [{port: 80, targetPort: 9000}]
  loadBalancerSourceRanges: ${ranges}
`

test('a load balancer lets in whom its source ranges name', () => {
  inTemporaryFolder({ ...shop, 'shop/front.yaml': balancer('[10.0.0.0/8]') }, cwd => {
    const exposure = network(cwd, 'exposure', '--focus', 'shop/api', '-f', 'shop')
    assert.match(exposure.stdout, /way Service shop\/front from 10\.0\.0\.0\/8 \(not the Internet\): TCP 9000\n/)
    assert.equal(exposure.stderr, '')
    const explained = network(cwd, 'explain', '198.51.100.4', 'svc:shop/front', '--port', '80', '-f', 'shop')
    assert.match(
      explained.stdout,
      /TCP 9000: DENY\n {2}way in {3}deny .*Service shop\/front lets in 10\.0\.0\.0\/8 alone/,
    )
    assert.match(
      network(cwd, 'can', 'internet', 'svc:shop/front', '-f', 'shop').stdout,
      /^deny\n\n1\.0\.0\.0-9\.255\.255\.255 and \d+ more ranges -> shop\/api/,
    )
    assert.match(network(cwd, 'can', '10.1.2.3', 'svc:shop/front', '-f', 'shop').stdout, /^allow\n/)
    const clients = network(cwd, 'who-can', 'svc:shop/front', '--port', '9000', '-f', 'shop')
    assert.match(
      clients.stdout,
      /^10\.0\.0\.0-10\.255\.255\.255\[External\]\n {2}-> shop\/api\[Deployment\] {2}TCP 9000\n\nshop/,
    )
  })
})

test('source ranges that cannot be read are said with their place, and what hangs on them is unknown', () => {
  const files = {
    ...shop,
    'shop/front.yaml': balancer('[10.0.0.0/8, office]'),
    'shop/old.yaml': balancer('[]', '10/8'),
  }
  inTemporaryFolder(files, cwd => {
    const exposure = network(cwd, 'exposure', '--focus', 'shop/api', '-f', 'shop/front.yaml', '-f', 'shop/api.yaml')
    assert.match(exposure.stdout, /from 10\.0\.0\.0\/8, office: TCP 9000 possibly\n/)
    assert.match(exposure.stderr, /front\.yaml:11:\d+ {2}error {2}SOURCE_RANGE_INVALID: "office" is no address range/)
    const can = network(
      cwd,
      'can',
      '10.1.2.3',
      'svc:shop/front',
      '--port',
      '80',
      '-f',
      'shop/front.yaml',
      '-f',
      'shop/api.yaml',
    )
    assert.match(can.stdout, /^unknown \(source-ranges\)/)
    const old = network(cwd, 'exposure', '-f', 'shop/old.yaml', '-f', 'shop/api.yaml')
    assert.match(old.stderr, /old\.yaml:6:\d+ {2}error {2}SOURCE_RANGE_INVALID: "10\/8" is no address range/)
  })
})

test('a port of a node is a way from outside, and one that cannot be is said with its place', () => {
  const daemon = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: proxy, namespace: shop}
spec:
  selector: {matchLabels: {app: proxy}}
  template:
    metadata: {labels: {app: proxy}}
    spec:
      containers:
        - name: proxy
          image: proxy
          ports:
            - {containerPort: 8443, hostPort: 443}
            - {containerPort: 9901, hostPort: 9901, hostIP: 127.0.0.1}
            - {containerPort: 8080, hostPort: "80"}
            - {containerPort: 8081, hostPort: 81, hostIP: eth0}
`
  inTemporaryFolder({ 'proxy.yaml': daemon }, cwd => {
    const { stdout, stderr } = network(cwd, 'exposure', '-f', 'proxy.yaml')

    assert.match(stdout, /way hostPort TCP 443: TCP 8443\n {2}way hostPort TCP 81 on eth0: TCP 8081 possibly\n/)
    assert.doesNotMatch(stdout, /9901/)
    assert.match(stderr, /proxy\.yaml:15:\d+ {2}error {2}HOST_PORT_INVALID: hostPort "80" is no number/)
    assert.match(stderr, /proxy\.yaml:16:\d+ {2}error {2}HOST_IP_INVALID: hostIP "eth0" is no address/)
    const { exposure } = JSON.parse(network(cwd, 'exposure', '-f', 'proxy.yaml', '-o', 'json').stdout) as {
      exposure: { ways: { kind: string; internet: string; hostPort: object }[] }[]
    }
    assert.deepEqual(
      exposure[0]!.ways.map(({ kind, internet, hostPort }) => ({ kind, internet, hostPort })),
      [
        { kind: 'HostPort', internet: 'yes', hostPort: { protocol: 'TCP', port: 443, hostIP: '' } },
        { kind: 'HostPort', internet: 'maybe', hostPort: { protocol: 'TCP', port: 81, hostIP: 'eth0' } },
      ],
    )
  })
})

test('network assert holds what must and must not be connected, and says what it cannot know', () => {
  const assertion = (expression: string, more = '') => `apiVersion: policy.breakwater.io/v1
kind: AuditPolicy
metadata: {name: held, annotations: {breakwater.io/evaluate: connections}}
spec:
  ${more}
  validations:
    - expression: ${JSON.stringify(expression)}
      message: not as agreed
`
  const cases: readonly (readonly [assertion: string, code: number, says: RegExp])[] = [
    [assertion("!(src.external && dst.workload == 'database' && conn.any())"), 0, /0 violated, 0 unknown/],
    [
      assertion("!(src.external && dst.namespace == 'shop' && conn.any())"),
      1,
      /shop\/api\[Deployment\].*not as agreed/,
    ],
    [assertion("src.workload != 'api' || dst.workload != 'database' || conn.allows('TCP', 5432)"), 0, /0 violated/],
    [
      assertion("src.workload != 'web' || dst.workload != 'database' || conn.allows('TCP', 5432)"),
      1,
      /nothing: not as agreed/,
    ],
    [
      assertion(
        'variables.isDatabase ? !src.external || !conn.any() : true',
        'variables: [{name: isDatabase, expression: "dst.workload == \'database\'"}]',
      ),
      0,
      /0 violated/,
    ],
    [assertion('src.nothing == 1'), 4, /no such key: nothing/],
    [assertion('src.external &&'), 2, /Syntax error/],
  ]
  for (const [text, code, says] of cases) {
    inTemporaryFolder({ ...shop, 'assert/a.yaml': text }, cwd => {
      const result = network(cwd, 'assert', 'assert', '-f', 'shop')

      assert.equal(result.code, code, result.stdout + result.stderr)
      assert.match(result.stdout + result.stderr, says)
    })
  }
  inShop(cwd => assert.equal(network(cwd, 'assert', 'shop', '-f', 'shop').code, 2))
})

test('what is no Pod of its own is an end of connections as well: owners, virtual machines, custom kinds, lists', () => {
  const objects = `apiVersion: v1
kind: Pod
metadata: {name: web-5d9-x, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d9, controller: true}]}
spec: {hostNetwork: true, containers: [{name: a, image: a}]}
status: {phase: Succeeded}
---
apiVersion: v1
kind: Pod
metadata: {name: mirror, namespace: b, ownerReferences: [{apiVersion: v1, kind: Node, name: n1, controller: true}]}
spec: {containers: [{name: a, image: a}]}
---
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: vm, namespace: b}
spec: {template: {metadata: {labels: {app: vm}}, spec: {}}}
---
apiVersion: apps/v1
kind: DeploymentList
items:
  - {metadata: {name: one, namespace: b}, spec: {template: {metadata: {labels: {app: one}}, spec: {containers: []}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: only, namespace: b}
spec: {podSelector: {matchLabels: {app: vm}}, ingress: [{from: [{podSelector: {matchLabels: {app: one}}}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: rest, namespace: b}
spec: {podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [vm]}]}, policyTypes: [Ingress, Egress], egress: [{to: [{podSelector: {}}]}]}
`
  inTemporaryFolder({ 'a.yaml': objects }, cwd => {
    const list = (...more: string[]) =>
      network(cwd, 'list', '-f', 'a.yaml', '-o', 'connlist', ...more).stdout.split('\n')

    assert.deepEqual(list('--as-declared').slice(0, -1), [
      '0.0.0.0-255.255.255.255[External] => default/web-5d9[ReplicaSet] : All Connections',
      'b/one[Deployment] => b/vm[VirtualMachine] : All Connections',
      'b/vm[VirtualMachine] => 0.0.0.0-255.255.255.255[External] : All Connections',
      'b/vm[VirtualMachine] => default/web-5d9[ReplicaSet] : All Connections',
      'default/web-5d9[ReplicaSet] => 0.0.0.0-255.255.255.255[External] : All Connections',
    ])
    // A completed pod holds no address.
    assert.ok(list().every(line => !line.includes('web-5d9')))
  })
})
