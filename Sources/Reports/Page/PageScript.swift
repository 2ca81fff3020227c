/// The one script of the page: it lets the reader sort tables by a click or a key on the name of a column. It asks nothing
/// of the network, and without it the page lacks nothing else.
///
/// It holds neither `<` nor `&`, so that the page stays well-formed XML.
enum PageScript {
  static let source = """
    "use strict";
    document.querySelectorAll("table.sortable").forEach(table => {
      const heads = Array.from(table.tHead.rows[0].cells), body = table.tBodies[0], given = Array.from(body.rows);
      heads.forEach((head, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...head.childNodes);
        head.append(button);
        const isNumber = head.classList.contains("number");
        const text = row => row.cells[column].textContent;
        const number = row => parseFloat(text(row).replace(/−/g, "-").replace(/,/g, "").replace(/^[^0-9+-]+/, ""));
        button.addEventListener("click", () => {
          const was = head.getAttribute("aria-sort");
          heads.forEach(other => other.removeAttribute("aria-sort"));
          if (was === "descending") { body.append(...given); return; }
          const sign = was === "ascending" ? -1 : 1;
          head.setAttribute("aria-sort", was === "ascending" ? "descending" : "ascending");
          body.append(...given.slice().sort((a, b) => {
            if (!isNumber) return sign * text(a).localeCompare(text(b), document.documentElement.lang, {numeric: true});
            const x = number(a), y = number(b), known = Number.isFinite;
            return known(x) ? known(y) ? sign * (x - y) : -1 : known(y) ? 1 : 0;
          }));
        });
      });
    });
    """
}
