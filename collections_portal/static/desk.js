/* Conveniences of the desk. Every page works without this file: it adds keys, it never adds a way to do something. */
(function () {
  "use strict";

  function typing(target) {
    return target.closest("input, select, textarea, [contenteditable]") !== null;
  }

  /* "/" goes to the search box, as the mark in it says; the mark shows only where the key works. */
  const search = document.querySelector(".rail-search input");
  const mark = document.querySelector(".rail-search kbd");
  if (search && mark) {
    mark.hidden = false;
    document.addEventListener("keydown", function (event) {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      event.preventDefault();
      search.focus();
    });
  }

  /* An open menu closes when the agent looks elsewhere. */
  const menus = "details.chip[open], .rail-foot details[open], .bar details.confirm[open]";
  document.addEventListener("click", function (event) {
    document.querySelectorAll(menus).forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll(menus).forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* One box in the head of a table chooses every row; it shows a dash when only some are chosen. */
  document.querySelectorAll("input[data-chooses]").forEach(function (all) {
    const name = all.dataset.chooses;
    const boxes = Array.from(all.closest("table").querySelectorAll("input[type=checkbox]")).filter(function (box) {
      return box.name === name;
    });
    function show() {
      const chosen = boxes.filter(function (box) { return box.checked; }).length;
      all.checked = boxes.length > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    all.hidden = false;
    all.addEventListener("change", function () {
      boxes.forEach(function (box) { box.checked = all.checked; });
    });
    boxes.forEach(function (box) { box.addEventListener("change", show); });
    show();
  });

  /* After a refused form the reader starts at what went wrong. */
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
})();
