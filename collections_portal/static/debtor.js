// Makes the debtor's pages easier where a browser runs scripts. Every page works without it.
(function () {
  "use strict";

  const language = document.documentElement.lang || "en";
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const plural = new Intl.PluralRules(language);

  // A sentence is written by the server in both forms; %d stands for the number.
  function sentence(element, key, number) {
    const form = plural.select(number) === "one" ? "One" : "Other";
    const text = element.dataset[key + form] || element.dataset[key + "Other"] || "";
    return text.replace("%d", new Intl.NumberFormat(language).format(number));
  }

  function money(minor, currency) {
    const format = new Intl.NumberFormat(language, { style: "currency", currency: currency });
    const digits = format.resolvedOptions().maximumFractionDigits;
    return format.format(minor / Math.pow(10, digits));
  }

  function watchInvoices(form) {
    const boxes = all("input[data-minor]", form);
    const bar = form.querySelector("[data-chosen]");
    const chooseAll = form.querySelector("[data-choose-all]");
    if (!bar || !boxes.length) return;

    function show() {
      const chosen = boxes.filter((box) => box.checked);
      const sums = {};
      chosen.forEach((box) => {
        sums[box.dataset.currency] = (sums[box.dataset.currency] || 0) + Number(box.dataset.minor);
      });
      bar.querySelector("[data-count]").textContent = chosen.length
        ? sentence(bar, "chosen", chosen.length)
        : bar.dataset.none;
      bar.querySelector("[data-sum]").textContent = Object.keys(sums)
        .map((currency) => money(sums[currency], currency))
        .join(" + ");
      if (chooseAll) {
        chooseAll.checked = chosen.length === boxes.length;
        chooseAll.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
      }
    }

    if (chooseAll) {
      chooseAll.closest("[hidden]")?.removeAttribute("hidden");
      chooseAll.addEventListener("change", () => {
        boxes.forEach((box) => { box.checked = chooseAll.checked; });
        show();
      });
    }
    bar.hidden = false;
    boxes.forEach((box) => box.addEventListener("change", show));
    window.addEventListener("pageshow", show);
    show();
  }

  // Browsers that know :has() open the fields of the chosen answer by style alone.
  function watchChoices(list) {
    const choices = all(".choice", list);
    list.addEventListener("change", () => {
      choices.forEach((choice) => {
        choice.classList.toggle("is-chosen", choice.querySelector(".row input").checked);
      });
    });
  }

  function countCharacters(area) {
    const note = document.getElementById(area.dataset.counts);
    if (!note) return;
    const said = document.createElement("p");
    said.className = "vh";
    said.setAttribute("role", "status");
    note.after(said);
    let pause;
    const show = () => {
      // A line break travels as two characters; the server counts it as one, and so do we.
      const left = Number(area.dataset.most) - Array.from(area.value).length;
      note.textContent = sentence(note, left < 0 ? "over" : "left", Math.abs(left));
      clearTimeout(pause);
      // Whoever hears the page is told near the end only, and not at every letter.
      pause = setTimeout(() => { said.textContent = left > 50 ? "" : note.textContent; }, 1000);
    };
    area.addEventListener("input", show);
    show();
  }

  function echoWeekday(field) {
    const echo = field.querySelector("[data-weekday]");
    const boxes = ["day", "month", "year"].map((part) => field.querySelector(`[data-part="${part}"]`));
    if (!echo || boxes.includes(null)) return;
    const show = () => {
      const [day, month, year] = boxes.map((box) => Number(box.value));
      const date = new Date(Date.UTC(year, month - 1, day));
      const real = year > 1999 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
      const name = real && new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(date);
      echo.textContent = name ? echo.dataset.weekday.replace("%s", name) : "";
    };
    boxes.forEach((box) => box.addEventListener("input", show));
    show();
  }

  function offerCopy(button) {
    if (!navigator.clipboard) return;
    const words = button.querySelector("[data-words]");
    const before = words.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = button.dataset.copied;
      const status = button.parentElement.querySelector("[role=status]");
      status.textContent = button.dataset.copied;
      setTimeout(() => { words.textContent = before; status.textContent = ""; }, 4000);
    });
  }

  // The second press of a send button is swallowed; going back makes the form fresh again.
  function sendOnce(form) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("pageshow", () => { sent = false; });
  }

  // Who writes for long asks for no page meanwhile: typing is told once a minute, so that the visit goes on.
  function stayWhileTyping(form) {
    let told = -Infinity;
    form.addEventListener("input", (event) => {
      if (event.timeStamp - told < 60000) return;
      told = event.timeStamp;
      const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
      // No answer matters: when the visit has ended, sending the form says so and gives back what was typed.
      fetch(form.dataset.stays, { method: "POST", body: body, keepalive: true }).catch(() => {});
    });
  }

  all("form[data-invoices]").forEach(watchInvoices);
  all(".choices").forEach(watchChoices);
  all("[data-counts]").forEach(countCharacters);
  all(".days").forEach(echoWeekday);
  all("[data-copy]").forEach(offerCopy);
  all("form[method=post]").forEach(sendOnce);
  all("form[data-stays]").forEach(stayWhileTyping);
  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  all(".menu").forEach((menu) => {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
