/** Whether a name is an object id of Entra ID: a GUID. */
export function isObjectId(name: string): boolean {
  return objectId.test(name)
}

const objectId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
