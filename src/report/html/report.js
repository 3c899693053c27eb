// The script inside an HTML report. It reads the findings from the page's data block and draws them: filtered, sorted, a
// piece at a time. It only ever makes text nodes, so that no name in a report can become markup, and asks no network.
;(() => {
  const severities = ['critical', 'high', 'medium', 'low', 'info', 'unknown']
  const step = 150
  const printLimit = 500
  const printDetails = 150

  const byId = id => document.getElementById(id)
  const data = JSON.parse(byId('data').textContent)
  const body = byId('rows')
  const search = byId('search')
  const selects = {
    severity: byId('by-severity'),
    rule: byId('by-rule'),
    namespace: byId('by-namespace'),
    file: byId('by-file'),
  }
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true })

  // One finding is [severity, rule, object, message, places, details].
  const findings = data.findings.map((row, order) => {
    const [kind, namespace, name] = data.objects[row[2]]
    const rule = data.rules[row[1]]
    const place = row[4][0]
    return {
      order,
      severity: row[0],
      rule,
      kind,
      namespace,
      name,
      message: row[3],
      places: row[4],
      file: place === undefined ? '' : data.files[place[0]],
      line: place === undefined ? 0 : place[1],
      ...row[5],
    }
  })
  let words
  const textOf = finding => {
    // Built once, on the first search: most readers never search.
    words ??= findings.map(f =>
      `${f.rule.id} ${f.rule.title} ${f.kind} ${f.namespace}/${f.name} ${f.message} ${f.file} ${f.fingerprint}`
        .normalize('NFC')
        .toLowerCase(),
    )
    return words[finding.order]
  }

  let shown = findings
  let drawn = 0
  let sort = { by: 'severity', descending: false }

  const compare = {
    severity: (a, b) => a.severity - b.severity || collator.compare(a.rule.id, b.rule.id),
    rule: (a, b) => collator.compare(a.rule.id, b.rule.id),
    object: (a, b) =>
      collator.compare(a.namespace, b.namespace) ||
      collator.compare(a.name, b.name) ||
      collator.compare(a.kind, b.kind),
    what: (a, b) => collator.compare(a.message, b.message),
    place: (a, b) => collator.compare(a.file, b.file) || a.line - b.line,
  }

  function element(tag, className, ...children) {
    const made = document.createElement(tag)
    if (className) made.className = className
    made.append(...children)
    return made
  }

  function badge(severity) {
    return element('span', `badge ${severities[severity]}`, severities[severity])
  }

  function placeText(place) {
    return `${data.files[place[0]]}:${place[1]}:${place[2]}`
  }

  function rowOf(finding) {
    const row = element('tr', 'row')
    const toggle = element('button', 'toggle', finding.id ?? finding.rule.id)
    toggle.type = 'button'
    toggle.setAttribute('aria-expanded', 'false')
    toggle.setAttribute('aria-label', `${finding.rule.id} ${finding.rule.title}: details`)
    const object = element('td', 'object', `${finding.kind} ${finding.name}`)
    if (finding.namespace !== '') object.append(element('small', '', finding.namespace))
    const what = element('td', '', finding.message)
    if (finding.reason !== undefined) what.append(element('div', 'soft', `unknown: ${finding.reason}`))
    const more = finding.places.length - 1
    const place = element('td', 'place', finding.places.length === 0 ? '' : placeText(finding.places[0]))
    if (more > 0) place.append(` and ${more} more`)
    row.append(element('td', '', badge(finding.severity)), element('td', '', toggle), object, what, place)
    for (const cell of row.children) cell.setAttribute('role', 'cell')
    row.setAttribute('role', 'row')
    row.finding = finding
    return row
  }

  function excerptOf(place) {
    const lines = data.lines[place[0]]
    const hit = place[1]
    const numbers = [hit - 2, hit - 1, hit, hit + 1, hit + 2].filter(number => lines?.[number] !== undefined)
    const figure = element(
      'figure',
      'excerpt',
      element('figcaption', 'mono', placeText(place) + (place[3] ? ` · ${place[3]}` : '')),
    )
    if (numbers.length === 0) return figure
    const code = element('code')
    // What all lines are indented by says nothing, and narrow screens need the room.
    const texts = numbers.map(number => lines[number]).filter(text => text.trim() !== '')
    const indent = Math.min(...texts.map(text => text.search(/\S/)), 200)
    for (const number of numbers) {
      const text = lines[number].slice(texts.length === 0 ? 0 : indent) || ' '
      code.append(element('span', number === hit ? 'line hit' : 'line', element('span', 'n', String(number)), text))
    }
    const pre = element('pre', '', code)
    pre.tabIndex = 0
    figure.append(pre)
    return figure
  }

  function detailOf(finding) {
    const cell = element('td')
    cell.colSpan = 5
    cell.setAttribute('role', 'cell')
    for (const place of finding.places.slice(0, 5)) cell.append(excerptOf(place))
    if (finding.places.length > 5)
      cell.append(element('p', 'soft', `and ${finding.places.length - 5} more places in this object`))
    const list = element('dl', 'facts-list')
    const fact = (name, ...value) => list.append(element('dt', '', name), element('dd', '', ...value))
    if (finding.rule.remedy) {
      const link = element('a', '', 'why and how')
      link.href = `#rule-${finding.rule.id}`
      fact('What to do', `${finding.rule.remedy} — `, link)
    }
    if (finding.fix) fact('Fix', finding.fix)
    for (const [pointer, value] of finding.evidence ?? []) {
      fact('Evidence', element('code', '', pointer), ' is ', element('code', '', value))
    }
    if (finding.rule.frameworks) fact('Frameworks', finding.rule.frameworks)
    if (finding.excepted) fact('Status', 'hidden by an exception')
    fact('Fingerprint', element('code', '', finding.fingerprint))
    cell.append(list)
    const row = element('tr', 'detail', cell)
    row.setAttribute('role', 'row')
    return row
  }

  function setOpen(row, isOpen) {
    const toggle = row.querySelector('.toggle')
    if ((toggle.getAttribute('aria-expanded') === 'true') === isOpen) return
    toggle.setAttribute('aria-expanded', String(isOpen))
    row.classList.toggle('open', isOpen)
    if (isOpen) row.after(detailOf(row.finding))
    else row.nextElementSibling?.remove()
  }

  function draw(until) {
    const rows = document.createDocumentFragment()
    const end = Math.min(until, shown.length)
    for (; drawn < end; drawn++) rows.append(rowOf(shown[drawn]))
    body.append(rows)
    byId('more').hidden = drawn >= shown.length
    byId('more-button').textContent = `Show more (${number(shown.length - drawn)} left)`
  }

  function number(value) {
    return value.toLocaleString('en')
  }

  function isWanted(finding, wanted) {
    return (
      (wanted.severity === '' || severities[finding.severity] === wanted.severity) &&
      (wanted.rule === '' || finding.rule.id === wanted.rule) &&
      (wanted.namespace === '' || finding.namespace === wanted.namespace.slice(1)) &&
      (wanted.file === '' || finding.file === wanted.file) &&
      wanted.words.every(word => textOf(finding).includes(word))
    )
  }

  function update() {
    const wanted = { words: search.value.normalize('NFC').toLowerCase().split(/\s+/).filter(Boolean) }
    for (const [name, select] of Object.entries(selects)) wanted[name] = select.value
    const isFiltered = wanted.words.length > 0 || Object.values(selects).some(select => select.value !== '')
    shown = findings.filter(finding => isWanted(finding, wanted))
    const order = compare[sort.by]
    shown.sort((a, b) => (sort.descending ? -order(a, b) : order(a, b)) || a.order - b.order)

    body.replaceChildren()
    drawn = 0
    draw(step)
    byId('count').textContent = isFiltered
      ? `${number(shown.length)} of ${number(findings.length)} findings`
      : `${number(findings.length)} ${findings.length === 1 ? 'finding' : 'findings'}`
    byId('nothing').hidden = shown.length > 0 || findings.length === 0
    byId('table').hidden = shown.length === 0
    byId('reset').hidden = !isFiltered
    for (const button of document.querySelectorAll('[data-severity]')) {
      button.setAttribute('aria-pressed', String(button.dataset.severity === wanted.severity))
    }
    for (const button of document.querySelectorAll('[data-rule]')) {
      button.setAttribute('aria-pressed', String(button.dataset.rule === wanted.rule))
    }
    for (const head of document.querySelectorAll('th[data-sort]')) {
      const isSorted = head.dataset.sort === sort.by
      head.setAttribute('aria-sort', isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none')
    }
    remember()
  }

  // The filter is part of the address, so that a link shows what its sender saw.
  function remember() {
    const state = new URLSearchParams()
    if (search.value !== '') state.set('text', search.value)
    for (const [name, select] of Object.entries(selects)) if (select.value !== '') state.set(name, select.value)
    if (sort.by !== 'severity' || sort.descending) state.set('sort', `${sort.descending ? '-' : ''}${sort.by}`)
    const text = state.toString()
    if (location.hash.startsWith('#rule-') && text === '') return
    try {
      history.replaceState(null, '', text === '' ? location.pathname + location.search : `#${text}`)
    } catch {
      // A report opened from an archive or a mail has no address that could be changed.
    }
  }

  function recall() {
    if (location.hash.startsWith('#rule-')) return
    const state = new URLSearchParams(location.hash.slice(1))
    search.value = state.get('text') ?? ''
    for (const [name, select] of Object.entries(selects)) select.value = state.get(name) ?? ''
    for (const select of Object.values(selects)) if (select.selectedIndex < 0) select.value = ''
    const by = (state.get('sort') ?? '').replace(/^-/, '')
    if (Object.hasOwn(compare, by)) sort = { by, descending: state.get('sort').startsWith('-') }
  }

  function fill(select, values) {
    for (const [value, label] of values) {
      const option = element('option', '', label)
      option.value = value
      select.append(option)
    }
  }

  function distinct(values) {
    return [...new Set(values)].sort(collator.compare)
  }

  function openRule() {
    if (!location.hash.startsWith('#rule-')) return
    const rule = document.getElementById(decodeURIComponent(location.hash.slice(1)))
    if (rule instanceof HTMLDetailsElement) rule.open = true
    rule?.scrollIntoView()
  }

  const used = new Set(findings.map(finding => finding.severity))
  fill(
    selects.severity,
    severities.filter((_, i) => used.has(i)).map(name => [name, name]),
  )
  fill(
    selects.rule,
    data.rules.toSorted((a, b) => collator.compare(a.id, b.id)).map(rule => [rule.id, `${rule.id} ${rule.title}`]),
  )
  // `-` keeps "no namespace" apart from "no filter".
  fill(
    selects.namespace,
    distinct(findings.map(f => f.namespace)).map(name => [`-${name}`, name || '(cluster-wide)']),
  )
  fill(
    selects.file,
    distinct(findings.map(f => f.file)).map(name => [name, name]),
  )

  let waiting = 0
  search.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(update, 120)
  })
  for (const select of Object.values(selects)) select.addEventListener('change', update)
  byId('reset').addEventListener('click', () => {
    search.value = ''
    for (const select of Object.values(selects)) select.value = ''
    update()
    search.focus()
  })
  byId('more-button').addEventListener('click', () => draw(drawn + step))
  new IntersectionObserver(entries => {
    if (entries.some(entry => entry.isIntersecting) && drawn < shown.length) draw(drawn + step)
  }).observe(byId('more'))

  for (const button of document.querySelectorAll('[data-severity]')) {
    button.addEventListener('click', () => {
      selects.severity.value = selects.severity.value === button.dataset.severity ? '' : button.dataset.severity
      update()
    })
  }
  for (const button of document.querySelectorAll('[data-rule]')) {
    button.addEventListener('click', () => {
      selects.rule.value = selects.rule.value === button.dataset.rule ? '' : button.dataset.rule
      update()
    })
  }
  byId('all-rules')?.addEventListener('click', event => {
    for (const row of document.querySelectorAll('.ranking li')) row.hidden = false
    event.currentTarget.parentElement.hidden = true
  })
  for (const head of document.querySelectorAll('th[data-sort]')) {
    head.querySelector('button').addEventListener('click', () => {
      sort = { by: head.dataset.sort, descending: sort.by === head.dataset.sort && !sort.descending }
      update()
    })
  }
  body.addEventListener('click', event => {
    const row = event.target.closest('tr.row')
    const isSelecting = String(getSelection()) !== ''
    if (row === null || isSelecting) return
    setOpen(row, row.querySelector('.toggle').getAttribute('aria-expanded') !== 'true')
  })
  body.addEventListener('keydown', event => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    const toggles = [...body.querySelectorAll('.toggle')]
    const at = toggles.indexOf(document.activeElement)
    const next = toggles[at + (event.key === 'ArrowDown' ? 1 : -1)]
    if (at < 0 || next === undefined) return
    event.preventDefault()
    next.focus()
  })
  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))
      return
    event.preventDefault()
    search.focus()
  })
  byId('theme').addEventListener('click', () => {
    const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark'
    document.documentElement.dataset.theme = isDark ? 'light' : 'dark'
  })
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#rule-')) openRule()
    else {
      recall()
      update()
    }
  })

  // Paper has no scroll bar: everything up to a limit is drawn, and a short report shows its details and rules.
  let closed = []
  addEventListener('beforeprint', () => {
    draw(printLimit)
    byId('print-note').textContent =
      shown.length > drawn
        ? `The first ${number(drawn)} of ${number(shown.length)} findings; filter before printing to choose others.`
        : ''
    if (shown.length <= printDetails) {
      closed = [...body.querySelectorAll('tr.row:not(.open)')]
      for (const row of closed) setOpen(row, true)
    }
    for (const rule of document.querySelectorAll('details.rule:not([open])')) {
      rule.open = true
      closed.push(rule)
    }
  })
  addEventListener('afterprint', () => {
    for (const item of closed) {
      if (item instanceof HTMLDetailsElement) item.open = false
      else setOpen(item, false)
    }
    closed = []
  })

  recall()
  update()
  openRule()
})()
