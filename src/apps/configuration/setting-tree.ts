/** A tree of settings while it is built. Keys come from files, so they are defined as own properties only. */
export type SettingTree = Record<string, unknown>

export function isSettingTree(value: unknown): value is SettingTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets an own property whatever its name, `__proto__` included. */
export function setOwn(tree: SettingTree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Sets the value at `path`, making the trees on the way. */
export function setAt(tree: SettingTree, path: readonly string[], value: unknown): void {
  let at = tree
  for (const step of path.slice(0, -1)) {
    if (!Object.hasOwn(at, step)) setOwn(at, step, {})
    at = at[step] as SettingTree
  }
  setOwn(at, path.at(-1)!, value)
}

/** The value at `path`, or `undefined`. */
export function valueAtPath(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, step) => (isSettingTree(at) && Object.hasOwn(at, step) ? at[step] : undefined), tree)
}
