// Three small comforts; every page works without them.
const key = form => `keep ${location.pathname} ${[...document.forms].indexOf(form)}`;
const drafts = form => form.dataset.keep === "device" ? localStorage : sessionStorage;
const passing = new Set(["password", "file", "submit", "hidden"]);
const typed = form => [...form.elements].filter(e => e.name === "idempotency_key" || (e.name && !passing.has(e.type)));

// Keep what is typed until it has arrived. The submission key is kept with it, so that a second sending of the same
// text after a lost connection is carried out once.
function save(form) {
  const values = typed(form).map(e => [e.name, e.value, e.checked]);
  drafts(form).setItem(key(form), JSON.stringify(values));
}

function restore(form) {
  const kept = drafts(form).getItem(key(form));
  if (!kept || form.querySelector(".errors")) return;
  const fields = typed(form);
  for (const [name, value, checked] of JSON.parse(kept)) {
    for (const e of fields.filter(f => f.name === name)) {
      if (e.type === "radio" || e.type === "checkbox") e.value === value && (e.checked = checked);
      else if (!e.multiple) e.value = value;
    }
  }
}

// A page reached through the redirect that follows an accepted form means that the form has arrived.
const sent = sessionStorage.getItem("sent");
const [arrival] = performance.getEntriesByType("navigation");
if (sent && arrival && arrival.redirectCount) {
  sessionStorage.removeItem(sent);
  localStorage.removeItem(sent);
}
sessionStorage.removeItem("sent");

for (const form of document.querySelectorAll("form[data-keep]")) {
  restore(form);
  form.addEventListener("input", () => save(form));
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sending) return event.preventDefault();
  if ("keep" in form.dataset) {
    save(form);
    sessionStorage.setItem("sent", key(form));
  }
  form.dataset.sending = "yes";
  setTimeout(() => form.querySelectorAll("button").forEach(b => { b.disabled = true; }));
});

function wake() {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    form.querySelectorAll("button").forEach(b => { b.disabled = false; });
  }
}
addEventListener("pageshow", wake);
document.addEventListener("htmx:afterRequest", wake);

const offline = document.querySelector("[data-offline]");
const tell = () => { offline.hidden = navigator.onLine; };
addEventListener("online", tell);
addEventListener("offline", tell);
tell();
