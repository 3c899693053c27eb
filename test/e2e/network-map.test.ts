/// <reference lib="dom" />

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { MapGraph } from '../../src/report/network/map/graph.ts'
import { mapHtml } from '../../src/report/network/map/html.ts'
import { layoutMap } from '../../src/report/network/map/layout.ts'
import { mapSvg } from '../../src/report/network/map/svg.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = candidates.find(path => path !== undefined && existsSync(path))
const skip = executablePath === undefined ? 'no Chromium: set CHROMIUM, or install it at /usr/bin/chromium' : false

const hostile = 'shop</script><img src=x onerror=alert(1)>\u202e'

/** Namespaces of 20 workloads, each open to its neighbour and the first of each to the next namespace. */
function graphOf(namespaces: number): MapGraph {
  const nodes = Array.from({ length: namespaces * 20 }, (_, i) => ({
    name: `app-${i % 20}`,
    kind: 'Deployment',
    namespace: Math.floor(i / 20),
    exposure: (['outside', 'cluster', 'namespace', 'closed'] as const)[i % 4]!,
    pods: (i % 5) + 1,
  }))
  const edges = nodes.flatMap((_, i) => [
    { src: i, dst: i % 20 === 19 ? i - 19 : i + 1, ports: 0, isCertain: true },
    ...(i % 20 === 0 ? [{ src: i, dst: (i + 20) % nodes.length, ports: 1, isCertain: false }] : []),
  ])
  return {
    namespaces: Array.from({ length: namespaces }, (_, i) => (i === 0 ? hostile : `team-${i}`)),
    nodes,
    edges,
    ports: ['TCP 8080', 'All Connections'],
    outside: [{ node: 0, direction: 'in', range: 0, ports: 1 }],
    ranges: ['0.0.0.0-255.255.255.255[External]'],
  }
}

test('nothing of the map overlaps, and the same graph has the same picture', () => {
  const graph = graphOf(30)
  const { nodes, regions } = layoutMap(graph)

  const isInside = (inner: (typeof nodes)[number], outer: (typeof nodes)[number]) =>
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  const overlaps = (a: (typeof nodes)[number], b: (typeof nodes)[number]) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
  graph.nodes.forEach(({ namespace }, i) => {
    assert.ok(isInside(nodes[i]!, regions[namespace]!))
  })
  for (const list of [nodes, regions])
    list.forEach((box, i) => {
      for (const other of list.slice(i + 1)) assert.ok(!overlaps(box, other))
    })
  assert.equal(mapSvg(graph), mapSvg(graphOf(30)))
})

test('names of the input are never markup', () => {
  for (const text of [mapSvg(graphOf(2)), [...mapHtml(graphOf(2))].join('')]) {
    assert.ok(!text.includes('<img'))
    assert.ok(!text.includes('\u202e'))
  }
})

test('the map of 2,000 workloads opens, is searched and asked in a browser, by keyboard as well', {
  skip,
}, async () => {
  await inTemporaryFolder({}, async folder => {
    const file = join(folder, 'map.html')
    writeFileSync(file, [...mapHtml(graphOf(100))].join(''))
    const browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    try {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
      const complaints: string[] = []
      page.on('console', message => complaints.push(message.text()))
      page.on('pageerror', error => complaints.push(error.message))
      page.on('request', request => {
        if (request.url() !== pathToFileURL(file).href) complaints.push(request.url())
      })
      await page.goto(pathToFileURL(file).href)

      assert.equal(await page.locator('.node').count(), 2000)
      await page.fill('#search', 'team-42/')
      assert.equal(await page.locator('.node:not(.dim)').count(), 20)
      assert.match((await page.textContent('#note'))!, /^22 connections/)
      await page.fill('#search', '')
      await page.locator('.node[data-node="21"]').focus()
      await page.keyboard.press('Enter')
      assert.equal(await page.textContent('#title'), 'team-1/app-1[Deployment]')
      assert.equal(await page.locator('#rows tr').count(), 2)
      assert.equal(await page.locator('#focus path').count(), 2)
      await page.keyboard.press('Escape')
      assert.equal(await page.locator('#focus path').count(), 0)
      assert.deepEqual(complaints, [])
    } finally {
      await browser.close()
    }
  })
})
