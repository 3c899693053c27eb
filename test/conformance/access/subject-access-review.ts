import { type ChildProcess, spawn } from 'node:child_process'
import { Agent, request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import type { AccessRequest, UserInfo } from '../../../src/model/access.ts'
import { type ControlPlane, controlPlaneAssets } from '../../control-plane.ts'

// The server of the test made its certificate itself a moment ago and listens on loopback only.
const agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false })

/** Posts JSON to the API server as its administrator, or as somebody else. */
export function post(
  server: ControlPlane,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  return send(server, 'POST', path, body, headers)
}

function send(
  server: ControlPlane,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const call = httpsRequest(
      {
        hostname,
        port,
        path,
        method,
        agent,
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...headers } as Record<
          string,
          string
        >,
      },
      response => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
          }),
        )
      },
    )
    call.on('error', reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** The server's answer to one review. */
export async function review(server: ControlPlane, user: UserInfo, asked: AccessRequest): Promise<boolean> {
  const attributes =
    asked.kind === 'url'
      ? { nonResourceAttributes: { path: asked.path, verb: asked.verb } }
      : {
          resourceAttributes: {
            verb: asked.verb,
            group: asked.group,
            resource: asked.resource,
            subresource: asked.subresource,
            name: asked.name,
            namespace: asked.namespace,
          },
        }
  const answer = await post(server, '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: user.user, groups: user.groups, ...attributes },
  })
  if (answer.status !== 201) throw new Error(`review refused: ${JSON.stringify(answer.body)}`)
  return (answer.body['status'] as { allowed: boolean }).allowed
}

/** Starts the controller that fills in aggregated roles. The caller stops it. */
export function startAggregationController(server: ControlPlane): ChildProcess {
  return spawn(
    join(controlPlaneAssets!, 'kube-controller-manager'),
    [
      `--kubeconfig=${server.kubeconfig}`,
      '--controllers=clusterrole-aggregation-controller',
      '--leader-elect=false',
      '--secure-port=0',
      '--use-service-account-credentials=false',
    ],
    { stdio: 'ignore' },
  )
}
