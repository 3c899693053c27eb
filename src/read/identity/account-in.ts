/** The account that `system:serviceaccount:NAMESPACE:NAME` names. */
export function accountIn(subject: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(subject)
  return match === null ? undefined : { namespace: match[1]!, name: match[2]! }
}
