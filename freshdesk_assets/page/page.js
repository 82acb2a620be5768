(() => {
  "use strict";

  // From the rows in the page to what is seen of one group, or of all.
  const UNKNOWN = "\u2013";
  const page = JSON.parse(document.getElementById("data").textContent);
  const select = document.getElementById("group");
  const series = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `var(--series-${n})`);
  const ages = [1, 2, 3, 4, 5].map((n) => `var(--age-${n})`);
  const ink = "var(--ink)", soft = "var(--ink-soft)", grid = "var(--grid)";
  const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  const looks = {
    background: null,
    font,
    view: { stroke: null },
    axis: { labelColor: soft, titleColor: soft, gridColor: grid, domainColor: grid, tickColor: grid, titleFontWeight: 400, labelOverlap: true, labelLimit: 170 },
    axisX: { grid: false },
    axisTemporal: { format: "%-d %b" },
    legend: { labelColor: ink, titleColor: soft, titleFontWeight: 400, orient: "top", symbolType: "square" },
    header: { labelColor: ink, titleColor: soft },
    title: { color: ink },
    text: { color: ink },
    mark: { color: series[0] },
    rule: { color: soft },
    range: { category: series, ordinal: ages },
  };
  const drawn = new Map();

  const number = (digits) => new Intl.NumberFormat("en", { maximumFractionDigits: digits });
  const whole = number(0), tenth = number(1);
  const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
  const signed = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });

  function figure(value) {
    return Number.isInteger(value) ? whole.format(value) : tenth.format(value);
  }

  function span(seconds) {
    const minutes = Math.round(Math.abs(seconds) / 60);
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return `${hours} h ${minutes % 60} min`;
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }

  function said(value, kind) {
    if (value === null || value === undefined) return UNKNOWN;
    if (kind === "share") return percent.format(value);
    if (kind === "change") return signed.format(value);
    if (kind === "hours") return tenth.format(value);
    if (kind === "due") return value < 0 ? `${span(value)} late` : `in ${span(value)}`;
    if (kind === "ticket") return String(value);
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (typeof value === "number") return figure(value);
    return String(value);
  }

  // A column's values as they were before they were packed.
  function unpacked(column) {
    return column.values ?? column.at.map((at) => (at < 0 ? null : column.list[at]));
  }

  function rowsOf(chart, group) {
    chart.whole ??= Object.fromEntries(Object.entries(chart.rows).map(([name, column]) => [name, unpacked(column)]));
    const columns = chart.whole;
    const names = chart.columns.map((column) => column.name);
    const length = names.length ? columns[names[0]].length : 0;
    const found = [];
    for (let at = 0; at < length; at++) {
      if (columns.of_group && (columns.of_group[at] ?? null) !== group) continue;
      found.push(Object.fromEntries(names.map((name) => [name, columns[name][at]])));
    }
    return found;
  }

  // A day is midnight where the page is looked at, so that every axis shows the day that it is.
  function asDrawn(chart, rows) {
    const days = chart.columns.map((column) => column.name).filter((name) => chart.rows[name].of === "day");
    if (!days.length) return rows;
    return rows.map((row) => {
      const made = { ...row };
      for (const name of days) {
        if (row[name] === null) continue;
        const [year, month, day] = row[name].split("-").map(Number);
        made[name] = new Date(year, month - 1, day).getTime();
      }
      return made;
    });
  }

  function element(name, text, look) {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) made.textContent = text;
    if (look) made.className = look;
    return made;
  }

  function isFigure(chart, column) {
    return chart.rows[column.name].of === "number" && !["ticket", "bar"].includes(column.kind);
  }

  function cell(chart, column, value, most) {
    const made = element("td");
    made.dataset.column = column.name;
    if (value !== null) made.dataset.value = String(value);
    if (column.kind === "bar" && value !== null) {
      const measure = element("div", null, "measure");
      const stretch = element("span", null, "stretch");
      const bar = element("i");
      bar.style.width = `${most > 0 ? (100 * value) / most : 0}%`;
      stretch.append(bar);
      measure.append(element("b", said(value, column.kind)), stretch);
      made.append(measure);
    } else if (column.kind === "ticket" && value !== null && page.host) {
      const link = element("a", said(value, column.kind));
      link.href = `https://${page.host}/a/tickets/${encodeURIComponent(value)}`;
      link.rel = "noreferrer";
      made.append(link);
    } else {
      made.textContent = said(value, column.kind);
    }
    if (isFigure(chart, column)) made.classList.add("right");
    if (column.kind === "due" && value < 0) made.classList.add("late");
    return made;
  }

  function table(chart, rows) {
    if (!rows.length) return element("p", "Nothing to show.", "empty");
    const made = element("table");
    const caption = element("caption", chart.title, "unseen");
    const head = element("thead"), line = element("tr"), body = element("tbody");
    const most = {};
    for (const column of chart.columns) {
      const title = element("th", column.label, isFigure(chart, column) ? "right" : "");
      title.scope = "col";
      line.append(title);
      if (column.kind === "bar") most[column.name] = Math.max(...rows.map((row) => row[column.name] ?? 0));
    }
    for (const row of rows) {
      const shown = element("tr");
      for (const column of chart.columns) shown.append(cell(chart, column, row[column.name], most[column.name]));
      body.append(shown);
    }
    head.append(line);
    made.append(caption, head, body);
    return made;
  }

  function tiles(rows) {
    return rows.map((row) => {
      const tile = element("li");
      const value = element("strong", said(row.value, row.unit));
      if (row.value !== null) value.dataset.value = String(row.value);
      tile.append(element("span", row.tile), value, element("small", row.note ?? ""));
      return tile;
    });
  }

  async function draw(chart, rows) {
    const place = document.getElementById(`${chart.name}-drawing`);
    const view = drawn.get(chart.name);
    if (view) view.finalize();
    drawn.delete(chart.name);
    if (!rows.length) {
      place.replaceChildren(element("p", "Nothing to show.", "empty"));
      return;
    }
    place.replaceChildren();
    const spec = {
      width: "container",
      description: `${chart.title}. ${chart.doc}`,
      ...chart.spec,
      data: { name: "rows", values: asDrawn(chart, rows) },
    };
    const made = await globalThis.vegaEmbed(place, spec, {
      actions: false,
      ast: true,
      config: looks,
      defaultStyle: false,
      logLevel: 1,
      mode: "vega-lite",
      renderer: "svg",
      tooltip: { disableDefaultStyle: true },
    });
    drawn.set(chart.name, made.view);
  }

  async function show(chart, group) {
    const filtered = "of_group" in chart.rows;
    const rows = rowsOf(chart, filtered ? group : null);
    if (chart.form === "tiles") document.getElementById(`${chart.name}-figures`).replaceChildren(...tiles(rows));
    else document.getElementById(`${chart.name}-rows`).replaceChildren(table(chart, rows));
    if (chart.form === "chart") {
      try {
        await draw(chart, rows);
      } catch (error) {
        document.getElementById(`${chart.name}-drawing`).replaceChildren(element("p", `This could not be drawn: ${error.message}`, "wrong"));
        console.error(`${chart.name}: ${error.message}`);
      }
    }
  }

  async function showAll() {
    const group = select.value === "" ? null : page.groups[Number(select.value)];
    document.body.removeAttribute("data-drawn");
    await Promise.all(page.charts.map((chart) => show(chart, group)));
    document.getElementById("told").textContent = group === null ? "All groups are shown." : `Shown: ${group}.`;
    document.body.dataset.drawn = group ?? "";
  }

  select.append(new Option("All groups", ""), ...page.groups.map((name, at) => new Option(name, String(at))));
  const asked = new URLSearchParams(location.hash.slice(1)).get("group");
  const at = page.groups.indexOf(asked);
  if (at >= 0) select.value = String(at);
  select.addEventListener("change", showAll);
  showAll();
})();
