import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { htmlAssets, pages } from '../../tools/generate/html-assets.ts'

for (const page of pages) {
  test(`the generated script and style are those of ${page.name}.js and ${page.name}.css; \`node tools/generate/html-assets.ts\` writes them`, () => {
    assert.equal(readFileSync(new URL('assets.generated.ts', page.folder), 'utf8'), htmlAssets(page))
  })

  test(`${page.name}.js makes text nodes only and asks no network`, () => {
    const script = readFileSync(new URL(`${page.name}.js`, page.folder), 'utf8')

    assert.doesNotMatch(
      script,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|fetch\(|XMLHttpRequest|WebSocket|<\/script/,
    )
  })
}
