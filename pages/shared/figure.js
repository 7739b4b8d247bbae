// Two things that a figure cannot do by itself: the links of the node under the pointer stand out, and a replay
// is played from the keyboard while the page's address keeps up with it.

const NEAR = 1e-4;
const STEPS = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function ways(trace) {
  const found = [[]];
  for (let i = 0; i < trace.x.length; i++) {
    if (trace.x[i] === null || Number.isNaN(trace.x[i])) found.push([]);
    else found[found.length - 1].push([trace.x[i], trace.y[i]]);
  }
  return found.filter((way) => way.length > 1);
}

const meets = (end, point) => Math.abs(end[0] - point.x) < NEAR && Math.abs(end[1] - point.y) < NEAR;

function line(figure, way, colour) {
  const { xaxis, yaxis } = figure._fullLayout;
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", way.map(([x, y], i) => `${i ? "L" : "M"}${xaxis.l2p(x)},${yaxis.l2p(y)}`).join(""));
  path.setAttribute("style", `fill:none;stroke:${colour};stroke-width:2.5px;pointer-events:none`);
  path.classList.add("roleless-link");
  return path;
}

const traceOf = (group) => group.__data__?.[0]?.trace;

function clear(figure) {
  figure.querySelectorAll(".roleless-link").forEach((path) => path.remove());
  for (const group of figure.querySelectorAll(".scatterlayer > .trace")) group.style.opacity = traceOf(group)?.opacity ?? "";
}

function emphasize(figure, point, colours) {
  clear(figure);
  const groups = [...figure.querySelectorAll(".scatterlayer > .trace")];
  const nodes = groups.find((group) => traceOf(group)?.customdata);
  for (const group of groups.filter((one) => traceOf(one)?.meta === "links")) {
    group.style.opacity = 0.25;
    for (const way of ways(traceOf(group))) {
      const colour = meets(way[0], point) ? colours.out : meets(way[way.length - 1], point) ? colours.into : null;
      if (colour) nodes.parentNode.insertBefore(line(figure, way, colour), nodes);
    }
  }
}

function press(target, kind, x) {
  const { y, height } = target.getBoundingClientRect();
  const where = { bubbles: true, clientX: x, clientY: y + height / 2, view: window };
  target.dispatchEvent(new MouseEvent(kind, where));
}

function slideTo(figure, step) {
  const rail = figure.querySelector(".slider-rail-touch-rect");
  const steps = figure._fullLayout.sliders[0]._stepCount;
  const { left, width } = figure.querySelector(".slider-rail-rect").getBoundingClientRect();
  press(rail, "mousedown", left + (width * Math.max(0, Math.min(steps - 1, step))) / (steps - 1));
  press(figure, "mouseup", left);
}

function tell(figure, moment) {
  const address = new URL(window.location.href);
  address.searchParams.set("moment", moment);
  window.history.replaceState(window.history.state, "", address);
  figure.setAttribute("aria-valuenow", moment);
}

function makeReachable(figure) {
  const slider = figure._fullLayout.sliders[0];
  const steps = slider.steps;
  figure.tabIndex = 0;
  figure.setAttribute("role", "slider");
  figure.setAttribute("aria-label", "Moment of the run; arrow keys step, space plays and pauses");
  figure.setAttribute("aria-valuemin", steps[0].label);
  figure.setAttribute("aria-valuemax", steps[steps.length - 1].label);
  figure.setAttribute("aria-valuenow", steps[slider.active].label);
}

function playing(figure) {
  return (figure._transitionData?._frameQueue?.length ?? 0) > 0;
}

function onKey(figure, event) {
  if (event.key in STEPS) {
    slideTo(figure, figure._fullLayout.sliders[0].active + STEPS[event.key]);
  } else if (event.key === " ") {
    const buttons = [...figure.querySelectorAll(".updatemenu-button")];
    press(playing(figure) ? buttons[buttons.length - 1] : buttons[1], "click", 0);
  } else {
    return;
  }
  event.preventDefault();
}

function attach(figure, colours) {
  const hover = (event) => {
    const point = event.points.find((one) => one.data.customdata);
    if (point) emphasize(figure, point, colours);
  };
  const unhover = () => clear(figure);
  const slid = (event) => tell(figure, event.step.label);
  const played = (event) => tell(figure, event.name);
  const keyed = (event) => onKey(figure, event);
  figure.on("plotly_hover", hover);
  figure.on("plotly_unhover", unhover);
  if (figure._fullLayout.sliders?.length) {
    makeReachable(figure);
    // A link may name a moment that there is not; the one that is shown is what the address shall say.
    if (new URL(window.location.href).searchParams.has("moment")) tell(figure, figure.getAttribute("aria-valuenow"));
    figure.on("plotly_sliderchange", slid);
    figure.on("plotly_animatingframe", played);
    figure.addEventListener("keydown", keyed);
  }
  return () => {
    clear(figure);
    figure.removeEventListener("keydown", keyed);
    if (!figure.removeListener) return;
    figure.removeListener("plotly_hover", hover);
    figure.removeListener("plotly_unhover", unhover);
    figure.removeListener("plotly_sliderchange", slid);
    figure.removeListener("plotly_animatingframe", played);
  };
}

export default function ({ data }) {
  let attached = null;
  let detach = () => {};
  // The chart is drawn after this runs, and drawn anew when it changes.
  const look = () => {
    const figure = document.querySelector(`.st-key-${CSS.escape(data.chart)} .js-plotly-plot`);
    if (figure === attached || !figure?._fullLayout || !figure.on) return;
    detach();
    attached = figure;
    detach = attach(figure, data);
  };
  look();
  const looking = setInterval(look, 250);
  return () => {
    clearInterval(looking);
    detach();
  };
}
