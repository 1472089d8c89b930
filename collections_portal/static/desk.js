/* Conveniences of the desk. Every page works without this file: it never adds a way to do something. */
(function () {
  "use strict";

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

  /* The numbers of an import renew themselves in silence; only its end is read out, and then its result shows. */
  const renewing = document.getElementById("renewing");

  function renewLater() {
    window.setTimeout(renew, 3000);
  }

  function showResult(words) {
    document.getElementById("renewed").textContent = words;
    window.setTimeout(function () { window.location.reload(); }, words ? 2000 : 0);
  }

  function showProgress(fresh) {
    const now = fresh.getElementById("renewing");
    if (!now) {
      showResult(document.getElementById("renewed").dataset.words);
      return;
    }
    renewing.replaceChildren.apply(renewing, Array.from(now.childNodes));
    const discarding = document.getElementById("discarding");
    if (discarding && !fresh.getElementById("discarding")) discarding.remove();
    renewLater();
  }

  function renew() {
    window.fetch(window.location.href).then(function (answer) {
      if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return showResult("");
      if (!answer.ok) return renewLater();
      return answer.text().then(function (text) { showProgress(new DOMParser().parseFromString(text, "text/html")); });
    }).catch(renewLater);
  }
  if (renewing) renewLater();
})();
