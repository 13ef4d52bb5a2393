// The whole: tabs, and addresses such as `#code/f12/0x1f3c`, so that "back" and links work.

const views = {
  overview: ["Overview", overview],
  code: ["Code and bytes", code],
  size: ["Size", size],
  calls: ["Calls", calls],
  interface: ["Imports and exports", interfaces],
};

const tabs = new Map();
const built = new Set();
let open;

const showView = (name) => {
  for (const [other, tab] of tabs) {
    const isThis = other === name;
    tab.setAttribute("aria-selected", isThis);
    tab.tabIndex = isThis ? 0 : -1;
    byId("view-" + other).hidden = !isThis;
  }
  if (!built.has(name)) views[name][1].build(byId("view-" + name));
  built.add(name);
  open = name;
};

const addresses = new Map(); // where each view was left

const route = {
  visit() {
    const [name, ...rest] = location.hash.slice(1).split("/");
    const view = views[name] ? name : "overview";
    addresses.set(view, location.hash);
    showView(view);
    return views[view][1].visit(...rest.map((part) => part || undefined));
  },

  go(...parts) {
    const hash = "#" + parts.join("/");
    if (location.hash === hash) route.visit();
    else location.hash = hash;
  },

  /** The address of what is shown, as a step of its own only if it is another function or section. */
  settle(view, what, offset) {
    if (open !== view) return;
    const hash = `#${view}/${what}/${hex(offset, 1)}`;
    const [, last] = location.hash.split("/");
    if (last === what || !last) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
    addresses.set(view, hash);
  },
};

for (const [name, [label]] of Object.entries(views)) {
  const tab = make("button", { role: "tab", type: "button", id: "tab-" + name, "aria-controls": "view-" + name }, label);
  tab.addEventListener("click", () => (location.hash = addresses.get(name) ?? "#" + name));
  tabs.set(name, tab);
  byId("tabs").append(tab);
}
byId("tabs").addEventListener("keydown", (event) => {
  const names = [...tabs.keys()];
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -names.indexOf(open), End: -1 - names.indexOf(open) }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const next = names[(names.indexOf(open) + step + names.length) % names.length];
  location.hash = addresses.get(next) ?? "#" + next;
  tabs.get(next).focus();
});

byId("name").textContent = index.name;
byId("summary").textContent = `${index.fault ? "damaged " : ""}${index.kind ?? "file"}, ${plural(index.bytes, "byte")}`;
if (index.fault) {
  byId("fault").hidden = false;
  byId("fault").append(`Fault: ${index.fault.message}, at `, make("a", { href: "#code//" + hex(index.fault.offset, 1) }, hex(index.fault.offset)));
}
addEventListener("hashchange", () => route.visit());
await route.visit();
document.documentElement.dataset.ready = "";
