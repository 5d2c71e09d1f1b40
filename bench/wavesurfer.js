// What bench/wavesurfer.py does in a page: frames, the wheel, waiting, the slider.

window.frame = () => new Promise(requestAnimationFrame);
window.frames = async (count, act = () => {}) => {
  const passed = [];
  for (let i = 0, last = await frame(); i < count; i++) {
    if (act(i) === false) break;
    const now = await frame();
    passed.push(now - last);
    last = now;
  }
  return passed;
};
window.wheel = (deltaY, shiftKey) => {
  const node = document.querySelector("#wave");
  const box = node.getBoundingClientRect();
  const place = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
  node.dispatchEvent(new WheelEvent("wheel", { deltaY, shiftKey, cancelable: true, ...place }));
};
window.reads = (part) => performance.getEntriesByType("resource").filter(({ name }) => name.includes(part));
window.settled = async () => { // when blocks and outline were there, and nothing more came
  let [known, since, still] = ["", performance.now(), 0];
  while (still < 20) {
    const now = `${reads("/peaks").length} ${Boolean(window.shown?.length)}`;
    await frame();
    if (now === known && now.endsWith("true")) still++;
    else if (now !== known) [known, since, still] = [now, performance.now(), 0];
  }
  return since;
};
window.decode = async (value) => {
  const slider = document.querySelector("#slider-onset");
  const before = window.shown;
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  while (window.shown === before) await frame();
  await frame();
  await frame();
  return performance.now() - reads("/decode").at(-1).responseEnd;
};
