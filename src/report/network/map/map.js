;(() => {
  const data = JSON.parse(document.getElementById('data').textContent)
  const map = document.getElementById('map')
  const focus = document.getElementById('focus')
  const search = document.getElementById('search')
  const title = document.getElementById('title')
  const note = document.getElementById('note')
  const body = document.getElementById('rows')
  const nodes = [...map.querySelectorAll('.node')].sort((a, b) => a.dataset.node - b.dataset.node)
  const maxRows = 400
  const labels = data.nodes.map(([namespace, name, kind]) => `${data.namespaces[namespace]}/${name}[${kind}]`)
  let chosen = -1

  const from = labels.map(() => [])
  const to = labels.map(() => [])
  for (let i = 0; i < data.edges.length; i += 3) {
    const [src, dst, ports] = [data.edges[i], data.edges[i + 1], data.edges[i + 2]]
    from[src].push([dst, ports])
    to[dst].push([src, ports])
  }

  const cell = (row, text, node) => {
    const td = document.createElement('td')
    if (node === undefined) td.textContent = text
    else {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = text
      button.addEventListener('click', () => choose(node))
      td.append(button)
    }
    row.append(td)
  }

  const list = rows => {
    body.textContent = ''
    for (const [src, dst, ports] of rows.slice(0, maxRows)) {
      const row = document.createElement('tr')
      cell(row, src.text, src.node)
      cell(row, dst.text, dst.node)
      cell(row, ports)
      body.append(row)
    }
    note.textContent =
      rows.length > maxRows
        ? `${maxRows} of ${rows.length} connections are shown; search or choose a workload.`
        : `${rows.length} connections`
  }

  const end = node => ({ text: labels[node], node })
  const range = index => ({ text: data.ranges[index] })

  const outsideRows = isWanted => {
    const rows = []
    for (let i = 0; i < data.outside.length; i += 4) {
      const [node, out, which, ports] = data.outside.slice(i, i + 4)
      if (!isWanted(node)) continue
      rows.push(out === 1 ? [end(node), range(which), data.ports[ports]] : [range(which), end(node), data.ports[ports]])
    }
    return rows
  }

  const dim = isDim => {
    for (const [i, node] of nodes.entries()) node.classList.toggle('dim', isDim(i))
  }

  const showAll = word => {
    const isWanted = labels.map(label => word === '' || label.toLowerCase().includes(word))
    const rows = outsideRows(node => isWanted[node])
    for (let i = 0; i < data.edges.length && rows.length <= maxRows * 4; i += 3) {
      const [src, dst, ports] = [data.edges[i], data.edges[i + 1], data.edges[i + 2]]
      if (isWanted[src] || isWanted[dst]) rows.push([end(src), end(dst), data.ports[ports]])
    }
    title.textContent = word === '' ? 'All connections' : `Connections of workloads named like "${word}"`
    list(rows)
    dim(node => !isWanted[node])
  }

  const svg = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    return element
  }
  const centre = node => {
    const rect = nodes[node].querySelector('rect')
    const number = name => Number(rect.getAttribute(name))
    return [number('x') + number('width') / 2, number('y') + number('height') / 2]
  }
  const draw = (src, dst, className) => {
    const [ax, ay] = centre(src)
    const [bx, by] = centre(dst)
    const bend = Math.max(30, Math.abs(by - ay) / 2)
    focus.append(
      svg('path', {
        class: `edge ${className}`,
        d: `M${ax} ${ay}C${ax} ${ay + bend} ${bx} ${by - bend} ${bx} ${by}`,
        'marker-end': 'url(#arrow)',
      }),
    )
  }

  const choose = node => {
    chosen = chosen === node ? -1 : node
    focus.textContent = ''
    map.classList.toggle('asked', chosen >= 0)
    nodes.forEach((element, i) => {
      element.classList.toggle('chosen', i === chosen)
      element.classList.remove('dim')
    })
    if (chosen < 0) {
      showAll(search.value.trim().toLowerCase())
      return
    }
    const near = new Set([chosen])
    for (const [dst] of from[chosen]) near.add(dst)
    for (const [src] of to[chosen]) near.add(src)
    dim(node => !near.has(node))
    for (const [dst] of from[chosen].slice(0, 300)) draw(chosen, dst, 'from')
    for (const [src] of to[chosen].slice(0, 300)) draw(src, chosen, 'to')
    title.textContent = labels[chosen]
    list([
      ...outsideRows(other => other === chosen),
      ...to[chosen].map(([src, ports]) => [end(src), end(chosen), data.ports[ports]]),
      ...from[chosen].map(([dst, ports]) => [end(chosen), end(dst), data.ports[ports]]),
    ])
  }

  nodes.forEach((node, i) => {
    node.setAttribute('tabindex', '0')
    node.setAttribute('role', 'button')
    node.addEventListener('click', () => choose(i))
    node.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault()
        choose(i)
      }
    })
  })
  search.addEventListener('input', () => {
    if (chosen >= 0) choose(chosen)
    showAll(search.value.trim().toLowerCase())
  })
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && chosen >= 0) choose(chosen)
  })

  // ---- zoom and pan
  const whole = map.getAttribute('viewBox').split(' ').map(Number)
  let view = [...whole]
  const apply = () => map.setAttribute('viewBox', view.join(' '))
  map.addEventListener(
    'wheel',
    event => {
      event.preventDefault()
      const scale = event.deltaY > 0 ? 1.15 : 1 / 1.15
      const box = map.getBoundingClientRect()
      const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
      const size = [view[2] * scale, view[3] * scale]
      view = [view[0] + (view[2] - size[0]) * at[0], view[1] + (view[3] - size[1]) * at[1], ...size]
      apply()
    },
    { passive: false },
  )
  let grab
  map.addEventListener('pointerdown', event => {
    if (event.target.closest('.node') === null) grab = [event.clientX, event.clientY, ...view]
  })
  addEventListener('pointermove', event => {
    if (grab === undefined) return
    const scale = view[2] / map.getBoundingClientRect().width
    view = [grab[2] - (event.clientX - grab[0]) * scale, grab[3] - (event.clientY - grab[1]) * scale, view[2], view[3]]
    apply()
  })
  addEventListener('pointerup', () => {
    grab = undefined
  })
  document.getElementById('fit').addEventListener('click', () => {
    view = [...whole]
    apply()
  })

  const root = document.documentElement
  const setTheme = theme => root.setAttribute('data-theme', theme)
  setTheme(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  document.getElementById('theme').addEventListener('click', () => {
    setTheme(root.getAttribute('data-theme') === 'dark' ? 'light' : 'dark')
  })

  showAll('')
})()
