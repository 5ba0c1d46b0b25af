"use strict";
// Sorting and text filters for tables. The page is complete without them.
(() => {
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const keyOf = (row, place, numeric) => {
    const cell = row.cells[place];
    const raw = cell.dataset.value ?? cell.textContent.trim();
    if (raw === "") return null;
    return numeric || cell.dataset.value !== undefined ? Number(raw) : raw;
  };

  const compare = (one, other, direction) => {
    if (one === null || other === null) return (one === null) - (other === null);
    const order = typeof one === "number" ? one - other : collator.compare(one, other);
    return direction * order;
  };

  const sort = (head, body) => {
    const numeric = head.dataset.sort === "number";
    const before = head.getAttribute("aria-sort");
    const first = numeric ? "descending" : "ascending";
    const second = numeric ? "ascending" : "descending";
    const next = before === first ? second : first;
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", next);
    const direction = next === "ascending" ? 1 : -1;
    const rows = Array.from(body.rows, (row) => [keyOf(row, head.cellIndex, numeric), row]);
    rows.sort(([one], [other]) => compare(one, other, direction));
    body.append(...rows.map(([, row]) => row));
  };

  const plain = (text) => text.normalize("NFKC").toLocaleLowerCase();

  const addSearch = (table) => {
    const body = table.tBodies[0];
    const line = document.createElement("p");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const output = document.createElement("output");
    line.className = "search";
    input.type = "search";
    label.append("Find ", input);
    line.append(label, output);
    table.closest(".table").querySelector(".tools").append(line);
    let texts = null;
    input.addEventListener("input", () => {
      texts ??= new Map(Array.from(body.rows, (row) => [row, plain(row.textContent)]));
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      let found = 0;
      for (const [row, text] of texts) {
        row.hidden = !words.every((word) => text.includes(word));
        found += !row.hidden;
      }
      output.textContent = words.length ? `${found} of ${texts.size} rows` : "";
    });
  };

  for (const table of document.querySelectorAll("table")) {
    const body = table.tBodies[0];
    if (body.rows.length > 1) {
      for (const head of table.querySelectorAll("th[data-sort]")) {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...head.childNodes);
        button.addEventListener("click", () => sort(head, body));
        head.append(button);
      }
    }
    if ("search" in table.dataset) addSearch(table);
  }
})();
