import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { htmlAssets } from '../../tools/generate/html-assets.ts'

test('the generated script and style are those of report.js and report.css; `node tools/generate/html-assets.ts` writes them', () => {
  assert.equal(readFileSync(new URL('html/assets.generated.ts', import.meta.url), 'utf8'), htmlAssets())
})

test('the script makes text nodes only and asks no network', () => {
  const script = readFileSync(new URL('html/report.js', import.meta.url), 'utf8')

  assert.doesNotMatch(
    script,
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|fetch\(|XMLHttpRequest|WebSocket|<\/script/,
  )
})
