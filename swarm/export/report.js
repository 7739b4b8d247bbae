"use strict";
// Draws the figures whose data stand in the page; one with frames plays. Everything else is there without this.
(function () {
  const config = { responsive: true, displayModeBar: false, showTips: false };
  const charts = [...document.querySelectorAll("[data-figure]")].map((place) => ({
    place,
    figure: JSON.parse(document.getElementById(place.dataset.figure).textContent),
  }));

  function draw() {
    const { color, fontFamily } = getComputedStyle(document.body);
    for (const { place, figure } of charts) {
      const font = { ...figure.layout.font, color, family: fontFamily };
      Plotly.react(place, { ...figure, layout: { ...figure.layout, font, autosize: true }, config });
    }
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
})();
