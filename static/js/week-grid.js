/*
 * The week, drawn: paints hours into the boxes of the form around [data-week-grid], which stay the one truth.
 *
 * Each [data-weekday] holds its boxes in pairs, from and until. A cell is half an hour. Painting adds its minutes to
 * the day's stretches or takes them away; hours that begin between two cells stay as they are written. Where a box
 * holds something that is no time, that day is painted only once it is put right.
 */
"use strict";

const STEP = 30;
const MOST = 12;

function read(text) {
  const words = { noon: "12", midnight: "24" };
  const written = text.trim().toLowerCase();
  const found = /^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?$/.exec(words[written] || written);
  if (!found) {
    return null;
  }
  let hour = Number(found[1]);
  if (found[3]) {
    if (hour < 1 || hour > 12) {
      return null;
    }
    hour = (hour % 12) + (found[3][0] === "p" ? 12 : 0);
  }
  const minute = Number(found[2] || 0);
  return minute > 59 || hour * 60 + minute > 1440 ? null : hour * 60 + minute;
}

function write(minutes) {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

function say(minutes) {
  const hour = Math.floor(minutes / 60);
  const minute = minutes % 60 ? `:${String(minutes % 60).padStart(2, "0")}` : "";
  if (minutes === 720) {
    return "12 noon";
  }
  return minutes % 1440 === 0 ? "12 midnight" : `${hour % 12 || 12}${minute}${hour % 24 < 12 ? "am" : "pm"}`;
}

class Day {
  constructor(element) {
    this.element = element;
    this.name = element.dataset.name;
  }

  get pairs() {
    return [...this.element.querySelectorAll(".desk-stretch-boxes")].map((each) => each.querySelectorAll("input"));
  }

  /* The stretches in minutes, ascending; null where a box is not right. */
  get stretches() {
    const found = [];
    for (const [from, until] of this.pairs) {
      if (from.value.trim() || until.value.trim()) {
        const stretch = [read(from.value), read(until.value)];
        if (stretch[0] === null || stretch[1] === null || stretch[0] >= stretch[1]) {
          return null;
        }
        found.push(stretch);
      }
    }
    return found.sort((one, other) => one[0] - other[0]);
  }

  /* Put the minutes in, or take them out. False where the day has no room for so many stretches. */
  paint(low, high, put) {
    const before = this.stretches;
    if (!before) {
      return false;
    }
    let after = [];
    for (const [start, end] of before) {
      if (put && start <= high && low <= end) {
        low = Math.min(low, start);
        high = Math.max(high, end);
      } else if (!put && start < high && low < end) {
        after.push([start, low], [high, end]);
      } else {
        after.push([start, end]);
      }
    }
    if (put) {
      after.push([low, high]);
    }
    after = after.filter(([start, end]) => start < end).sort((one, other) => one[0] - other[0]);
    if (after.length > MOST) {
      return false;
    }
    while (this.pairs.length < after.length) {
      this.add();
    }
    this.pairs.forEach(([from, until], number) => {
      from.value = number < after.length ? write(after[number][0]) : "";
      until.value = number < after.length ? write(after[number][1]) : "";
    });
    return true;
  }

  add() {
    const all = this.element.querySelectorAll(".desk-stretch");
    const last = all[all.length - 1];
    const fresh = last.cloneNode(true);
    fresh.classList.remove("desk-field--wrong");
    fresh.querySelectorAll(".desk-error").forEach((error) => error.remove());
    fresh.querySelectorAll("input").forEach((input, end) => {
      input.name = input.name.replace(/-\d+-/, `-${all.length}-`);
      input.id = `id_${input.name}`;
      input.setAttribute("aria-label", `${this.name}, number ${all.length + 1}, ${end ? "until" : "from"}`);
    });
    last.after(fresh);
  }
}

function prepare(holder) {
  const form = holder.closest("form");
  const days = [...form.querySelectorAll("[data-weekday]")].map((element) => new Day(element));
  const times = days.flatMap((day) => (day.stretches || []).flat());
  const first = Math.floor(Math.min(360, ...times) / 60) * 60;
  const last = Math.ceil(Math.max(1260, ...times) / 60) * 60;
  const cells = [];

  const table = document.createElement("table");
  table.className = "week-grid";
  table.setAttribute("role", "grid");
  table.setAttribute("aria-multiselectable", "true");
  table.setAttribute("aria-labelledby", "drawn-week");
  table.setAttribute("aria-describedby", "drawn-week-help");
  const columns = table.appendChild(document.createElement("colgroup"));
  const head = table.createTHead().insertRow();
  ["Time", ...days.map((day) => day.name)].forEach((name, number) => {
    columns.appendChild(document.createElement("col"));
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = number ? name.slice(0, 3) : name;
    if (number) {
      cell.setAttribute("aria-label", name);
    }
    head.append(cell);
  });
  const body = table.createTBody();
  for (let minute = first; minute < last; minute += STEP) {
    const line = body.insertRow();
    line.classList.toggle("week-hour", minute % 60 === 0);
    const time = document.createElement("th");
    time.scope = "row";
    const words = time.appendChild(document.createElement("span"));
    words.textContent = say(minute);
    words.classList.toggle("visually-hidden", minute % 60 !== 0);
    line.append(time);
    cells.push(
      days.map((day, column) => {
        const cell = line.insertCell();
        cell.className = "week-cell";
        cell.setAttribute("role", "gridcell");
        cell.tabIndex = -1;
        cell.dataset.row = (minute - first) / STEP;
        cell.dataset.column = column;
        return cell;
      }),
    );
  }
  const told = document.createElement("p");
  told.className = "desk-help";
  told.setAttribute("role", "status");
  holder.append(told, table);
  holder.hidden = false;

  let here = [Math.max(0, (540 - first) / STEP), 0];
  let anchor = null;
  let dragged = null;

  const minuteOf = (row) => first + row * STEP;
  const state = (row, column) => {
    const low = minuteOf(row);
    const parts = (days[column].stretches || []).map(([start, end]) =>
      Math.max(0, Math.min(end, low + STEP) - Math.max(start, low)),
    );
    const filled = parts.reduce((sum, part) => sum + part, 0);
    return filled >= STEP ? "full" : filled ? "part" : "";
  };

  function draw() {
    cells.forEach((line, row) =>
      line.forEach((cell, column) => {
        const now = state(row, column);
        cell.classList.toggle("week-cell--full", now === "full");
        cell.classList.toggle("week-cell--part", now === "part");
        cell.setAttribute("aria-selected", now ? "true" : "false");
        const words = { full: "hours", part: "hours in part", "": "no hours" }[now];
        cell.setAttribute("aria-label", `${days[column].name}, ${say(minuteOf(row))}, ${words}`);
      }),
    );
  }

  function box(from, to) {
    const rows = [from[0], to[0]].sort((one, other) => one - other);
    const inside = [from[1], to[1]].sort((one, other) => one - other);
    return { rows, columns: inside };
  }

  function mark(from, to) {
    const marked = from && box(from, to);
    cells.forEach((line, row) =>
      line.forEach((cell, column) => {
        const is =
          marked &&
          row >= marked.rows[0] &&
          row <= marked.rows[1] &&
          column >= marked.columns[0] &&
          column <= marked.columns[1];
        cell.classList.toggle("week-cell--marked", Boolean(is));
      }),
    );
  }

  function paint(from, to) {
    const put = state(...from) !== "full";
    const { rows, columns: inside } = box(from, to);
    const [low, high] = [minuteOf(rows[0]), minuteOf(rows[1] + 1)];
    const wrong = [];
    for (let column = inside[0]; column <= inside[1]; column += 1) {
      if (!days[column].paint(low, high, put)) {
        wrong.push(days[column].name);
      }
    }
    const names = days.slice(inside[0], inside[1] + 1).map((day) => day.name);
    told.textContent = wrong.length
      ? `Look at the boxes of ${wrong.join(" and ")} first.`
      : `${names.join(", ")}, ${say(low)} to ${say(high)}: ${put ? "hours" : "no hours"}. Not saved yet.`;
    draw();
  }

  function go(row, column, focus = true) {
    cells[here[0]][here[1]].tabIndex = -1;
    here = [Math.max(0, Math.min(cells.length - 1, row)), Math.max(0, Math.min(days.length - 1, column))];
    const cell = cells[here[0]][here[1]];
    cell.tabIndex = 0;
    if (focus) {
      cell.focus();
    }
  }

  const placeOf = (target) => {
    const cell = target instanceof Element && target.closest(".week-cell");
    return cell && table.contains(cell) ? [Number(cell.dataset.row), Number(cell.dataset.column)] : null;
  };

  table.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const ends = { Home: [0, here[1]], End: [cells.length - 1, here[1]] };
    const place = placeOf(event.target);
    if (!place || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.key in steps || event.key in ends) {
      event.preventDefault();
      anchor = event.shiftKey ? anchor || place : null;
      const [down, right] = steps[event.key] || [0, 0];
      go(...(ends[event.key] || [place[0] + down, place[1] + right]));
      mark(anchor, here);
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      paint(anchor || here, here);
      anchor = null;
      mark(null);
    } else if (event.key === "Escape") {
      anchor = null;
      mark(null);
    }
  });

  table.addEventListener("pointerdown", (event) => {
    const place = placeOf(event.target);
    if (!place || event.button !== 0 || event.pointerType === "touch") {
      return;
    }
    event.preventDefault();
    dragged = place;
    anchor = null;
    go(...place);
    mark(place, place);
  });
  table.addEventListener("pointermove", (event) => {
    const place = dragged && placeOf(event.target);
    if (place) {
      mark(dragged, place);
    }
  });
  window.addEventListener("pointerup", (event) => {
    if (dragged) {
      paint(dragged, placeOf(event.target) || here);
      dragged = null;
      mark(null);
    }
  });
  window.addEventListener("pointercancel", () => {
    dragged = null;
    mark(null);
  });
  // A finger scrolls the page; a tap paints one cell.
  table.addEventListener("click", (event) => {
    const place = placeOf(event.target);
    if (place && event.pointerType === "touch") {
      go(...place, false);
      paint(place, place);
    }
  });
  form.addEventListener("input", draw);

  draw();
  go(...here, false);
}

document.querySelectorAll("[data-week-grid]").forEach(prepare);
