(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const map = document.querySelector(".map");
  const box = map.viewBox.baseVal;
  const full = { x: 0, y: 0, w: box.width, h: box.height };
  const view = { ...full };
  const unitsPerM = Number(map.dataset.unitsPerM);
  const bar = document.querySelector(".scale");

  const draw = (scale) => {
    map.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    const pixels = scale || map.clientWidth / view.w;
    map.style.setProperty("--k", pixels);
    for (const text of all("text", map)) text.classList.toggle("hidden", pixels < Number(text.dataset.zoom) * 0.84);
    const target = view.w / 5 / unitsPerM;
    const power = 10 ** Math.floor(Math.log10(target));
    const metres = power * [5, 2, 1].find((step) => step * power <= target);
    bar.style.width = `${(100 * metres * unitsPerM) / view.w}%`;
    bar.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  };
  const zoom = (factor, cx = view.x + view.w / 2, cy = view.y + view.h / 2) => {
    const w = Math.min(full.w, Math.max(full.w / 40, view.w / factor));
    const f = w / view.w;
    view.x = Math.min(Math.max(cx - (cx - view.x) * f, 0), full.w - w);
    view.y = Math.min(Math.max(cy - (cy - view.y) * f, 0), full.h - view.h * f);
    view.w = w;
    view.h *= f;
    draw();
  };
  const at = (event) => {
    const r = map.getBoundingClientRect();
    return [view.x + ((event.clientX - r.left) / r.width) * view.w, view.y + ((event.clientY - r.top) / r.height) * view.h];
  };
  map.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && view.w === full.w && event.deltaY > 0) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, ...at(event));
  }, { passive: false });
  let from = null;
  map.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse" || view.w < full.w) { from = at(event); map.classList.add("grab"); } });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = at(event);
    view.x = Math.min(Math.max(view.x + from[0] - x, 0), full.w - view.w);
    view.y = Math.min(Math.max(view.y + from[1] - y, 0), full.h - view.h);
    draw();
  });
  addEventListener("pointerup", () => { from = null; map.classList.remove("grab"); });
  map.addEventListener("dblclick", (event) => { event.preventDefault(); zoom(2, ...at(event)); });
  document.querySelector("[data-zoom-in]").onclick = () => zoom(1.6);
  document.querySelector("[data-zoom-out]").onclick = () => zoom(0.625);
  document.querySelector("[data-zoom-all]").onclick = () => { Object.assign(view, full); draw(); };

  let pinned = null;
  const focus = (code) => {
    map.classList.toggle("focus", Boolean(code));
    for (const each of all("[data-trip]")) each.classList.toggle("on", each.dataset.trip === code);
    for (const mark of all(".mark")) mark.classList.toggle("on", Boolean(code) && mark.dataset.trips.split(" ").includes(code));
    for (const each of all(".gantt .bar")) each.classList.toggle("dim", Boolean(code) && each.dataset.trip !== code);
    const trip = code && map.querySelector(`.trip[data-trip="${CSS.escape(code)}"]`);
    if (trip) trip.parentNode.appendChild(trip);
  };
  for (const each of all(".trip, .chip, .gantt .bar")) {
    each.addEventListener("pointerenter", () => { if (!pinned && !from) focus(each.dataset.trip); });
    each.addEventListener("pointerleave", () => { if (!pinned) focus(null); });
    each.addEventListener("click", (event) => {
      if (event.target.matches("input")) return;
      event.preventDefault();
      pinned = pinned === each.dataset.trip ? null : each.dataset.trip;
      focus(pinned);
    });
  }
  const show = (input) => map.querySelector(`.trip[data-trip="${CSS.escape(input.value)}"]`).classList.toggle("off", !input.checked);
  for (const input of all(".chip input")) input.onchange = () => show(input);
  const every = (checked) => { for (const input of all(".chip input")) { input.checked = checked; show(input); } };
  document.querySelector("[data-all]").onclick = () => every(true);
  document.querySelector("[data-none]").onclick = () => every(false);
  addEventListener("keydown", (event) => { if (event.key === "Escape") { pinned = null; focus(null); } });

  const find = document.querySelector("[data-find]");
  if (find) find.oninput = () => {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const path of all(".path")) {
      const words = path.dataset.words.toLowerCase();
      const is = wanted.every((word) => words.includes(word));
      count += is;
      path.classList.toggle("hidden", !is || (wanted.length > 0 && count > 50));
    }
    document.querySelector("[data-paths]").open = wanted.length > 0;
    document.querySelector("[data-found]").textContent = wanted.length ? String(count) : "";
  };

  for (const details of all(".card details")) details.ontoggle = () => details.closest(".card").classList.toggle("open", details.open);
  document.querySelector("[data-lang]").onclick = () => { root.lang = root.lang === "en" ? "zh-CN" : "en"; };
  document.querySelector("[data-print]").onclick = () => print();
  addEventListener("resize", () => draw());
  addEventListener("beforeprint", () => { Object.assign(view, full); draw(1); });
  addEventListener("afterprint", () => draw());
  draw();
})();
