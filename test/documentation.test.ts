import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from './run-cli.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

for (const name of ['access.md', 'network.md', 'policies.md']) {
  test(`every file and command of docs/${name} does what the page shows`, () => shows(name))
}

function shows(file: string): void {
  const page = readFileSync(join(import.meta.dirname, '../docs', file), 'utf8')
  inTemporaryFolder({}, folder => {
    for (const [, language, name, content] of page.matchAll(/^```(yaml|console) ?(\S*)\n([\s\S]*?)^```$/gm)) {
      if (language === 'yaml') {
        writeFileSync(join(folder, name!), content!)
        continue
      }
      const [command = '', ...shown] = content!.trimEnd().split('\n')
      const args = command.replace('$ breakwater ', '').split(' ')

      const { stdout } = runCli(args, { cwd: folder })

      assert.equal(stdout.trimEnd(), shown.join('\n'), command)
    }
  })
}
