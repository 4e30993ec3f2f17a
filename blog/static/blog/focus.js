/*
 * What stays in sight of a picture: a click on it fills the two boxes in percent, and what is typed moves the mark.
 * Without this script the boxes alone do it.
 */
document.addEventListener("DOMContentLoaded", () => {
  const picker = document.querySelector("[data-focus-picker]");
  const across = document.querySelector("#id_focal_x");
  const down = document.querySelector("#id_focal_y");
  if (!picker || !across || !down) return;

  const whole = picker.querySelector(".focus-picker__whole");
  const picture = whole.querySelector("img");
  const mark = whole.querySelector(".focus-picker__mark");

  const percent = (value) => Math.min(100, Math.max(0, Math.round(value)));
  const show = () => {
    mark.hidden = false;
    mark.style.setProperty("left", `${percent(Number(across.value))}%`);
    mark.style.setProperty("top", `${percent(Number(down.value))}%`);
  };

  whole.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    across.value = percent((100 * (event.clientX - box.left)) / box.width);
    down.value = percent((100 * (event.clientY - box.top)) / box.height);
    show();
  });
  across.addEventListener("input", show);
  down.addEventListener("input", show);
  picker.querySelector("[data-with-script]").hidden = false;
  whole.classList.add("focus-picker__whole--ready");
  show();
});
