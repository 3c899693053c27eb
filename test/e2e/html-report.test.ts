/// <reference lib="dom" />

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Report } from '../../src/model/report.ts'
import { renderHtml } from '../../src/report/html.ts'
import { cleanReport, fixtureLine, fixtureReport, largeReport } from '../golden/report-fixture.ts'

const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = candidates.find(path => path !== undefined && existsSync(path))
const skip = executablePath === undefined ? 'no Chromium: set CHROMIUM, or install it at /usr/bin/chromium' : false

describe('the HTML report in a browser', { skip }, () => {
  let browser: Browser
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-html-'))
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
  })

  after(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Opens a report and fails the test on any complaint of the browser and on any request but the file itself. */
  async function open(report: Report, check: (page: Page) => Promise<void>, options = {}): Promise<void> {
    const file = join(folder, `${report.findings.length}.html`)
    await writeFile(file, [...renderHtml(report, { sourceLine: fixtureLine })].join(''))
    const url = pathToFileURL(file).href
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
    const complaints: string[] = []
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('dialog', dialog => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.route('**/*', route => {
      const asked = route.request().url()
      if (asked.split('#')[0] === url || asked.startsWith('data:')) return route.continue()
      complaints.push(`request: ${asked}`)
      return route.abort()
    })

    await page.goto(url)
    await check(page)
    await page.close()

    assert.deepEqual(complaints, [])
  }

  const count = (page: Page) => page.locator('#count').textContent()
  const firstRule = (page: Page) => page.locator('tr.row .toggle').first().textContent()

  test('shows every finding that no exception hides, the gravest first', () =>
    open(fixtureReport, async page => {
      assert.equal(await count(page), '8 findings')
      assert.equal(await page.locator('tr.row').count(), 8)
      assert.equal(await firstRule(page), 'BW-POD-001')
      assert.equal(await page.locator('th[data-sort=severity]').getAttribute('aria-sort'), 'ascending')
    }))

  test('names in a report become neither markup nor script', () =>
    open(fixtureReport, async page => {
      for (const toggle of await page.locator('.toggle').all()) await toggle.click()

      assert.equal(await page.locator('#rows img, #rows script, main script').count(), 0)
      assert.equal(await page.locator('script').count(), 2)
      assert.match((await page.locator('#rows').textContent()) ?? '', /<img src=x onerror=alert\(2\)>/)
    }))

  test('sorts by a column, and back', () =>
    open(fixtureReport, async page => {
      const places = () => page.locator('tr.row td.place').allTextContents()
      await page.getByRole('button', { name: 'Where' }).click()
      const ascending = await places()

      await page.getByRole('button', { name: 'Where' }).click()

      assert.equal(await page.locator('th[data-sort=place]').getAttribute('aria-sort'), 'descending')
      assert.equal((await places())[0], ascending.at(-1))
    }))

  test('filters by severity, rule, namespace, file and words, and says how many are left', () =>
    open(fixtureReport, async page => {
      await page.locator('button[data-severity=high]').click()
      assert.equal(await count(page), '4 of 8 findings')
      await page.locator('#by-namespace').selectOption('-결제')
      assert.equal(await count(page), '1 of 8 findings')
      await page.locator('#reset').click()
      await page.locator('#by-rule').selectOption('BW-SEC-009')
      assert.equal(await count(page), '1 of 8 findings')
      await page.locator('#reset').click()
      await page.locator('#by-file').selectOption('deploy/web.yaml')
      assert.equal(await count(page), '4 of 8 findings')
      await page.locator('#reset').click()
      // Hangul typed as jamo finds what is written in syllables.
      await page.locator('#search').fill('주문'.normalize('NFD'))
      await page.waitForFunction(() => document.getElementById('count')?.textContent === '2 of 8 findings')
      await page.locator('#search').fill('nothing of this name')
      await page.locator('#nothing').waitFor({ state: 'visible' })
    }))

  test('the address holds the filter', () =>
    open(fixtureReport, async page => {
      await page.locator('#by-severity').selectOption('high')
      const address = page.url()

      await page.goto('about:blank')
      await page.goto(address)

      assert.match(address, /#severity=high$/)
      assert.equal(await count(page), '4 of 8 findings')
    }))

  test('is worked by keyboard alone', () =>
    open(fixtureReport, async page => {
      await page.keyboard.press('/')
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'search')
      await page.locator('.toggle').first().focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      const second = page.locator('.toggle').nth(1)
      assert.equal(await second.getAttribute('aria-expanded'), 'true')
      assert.match((await page.locator('tr.detail').textContent()) ?? '', /What to do/)
    }))

  test('shows the lines of a finding, and no value of a secret', () =>
    open(fixtureReport, async page => {
      for (const toggle of await page.locator('.toggle').all()) await toggle.click()
      const text = (await page.locator('#rows').textContent()) ?? ''

      assert.match(text, /privileged: true/)
      assert.match(text, /api-key: \*\*\*/)
      assert.match(text, /9223372036854775807/)
    }))

  test('20,000 findings open, filter and sort without a wait, a piece at a time', () =>
    open(largeReport(20_000), async page => {
      assert.equal(await count(page), '20,000 findings')
      assert.ok((await page.locator('tr.row').count()) <= 600)
      const took = await page.evaluate(() => {
        const start = performance.now()
        document.querySelector<HTMLButtonElement>('th[data-sort=place] button')?.click()
        return performance.now() - start
      })
      assert.ok(took < 1500, `sorting took ${took} ms`)
    }))

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      test(`nothing is cut off at ${width} pixels, ${colorScheme}`, () =>
        open(
          fixtureReport,
          async page => {
            for (const toggle of await page.locator('.toggle').all()) await toggle.click()
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
            assert.ok(over <= 0, `${over} pixels too wide`)
          },
          { viewport: { width, height: 800 }, colorScheme },
        ))

      test(`text stands out from its ground at ${width} pixels, ${colorScheme}`, () =>
        open(
          fixtureReport,
          async page => {
            for (const toggle of await page.locator('.toggle').all()) await toggle.click()
            assert.deepEqual(await page.evaluate(lowContrast), [])
          },
          { viewport: { width, height: 800 }, colorScheme },
        ))
    }
  }

  test('a clean scan says so', () =>
    open(cleanReport, async page => {
      assert.match((await page.locator('main').textContent()) ?? '', /No findings/)
      assert.equal(await page.locator('#search').isVisible(), false)
    }))
})

/** Visible text whose contrast is below 4.5 (WCAG 2.2, 1.4.3). Runs in the page. */
function lowContrast(): readonly string[] {
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = channels(color).map(value => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const color = getComputedStyle(element).backgroundColor
    const [, , , alpha = 1] = channels(color)
    return alpha === 0 ? ground(element.parentElement) : color
  }
  const found: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent?.trim() !== '')
    if (!own || element.closest('script, style, option, [hidden], .skip') !== null) continue
    const text = luminance(getComputedStyle(element).color)
    const back = luminance(ground(element))
    const contrast = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05)
    if (contrast < 4.5) found.push(`${contrast.toFixed(2)} ${element.className}: ${element.textContent?.slice(0, 30)}`)
  }
  return found
}
