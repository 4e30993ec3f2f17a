"""Three ways to work at the desk: with the mouse, by keyboard alone, and with scripts off.

Each does the same few things. What is pressed, ticked or filled in is named by what a screen reader would say of it.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import FloatRect, Locator, Page, expect

#: More presses of Tab than any page of the desk takes.
_MOST_TABS = 400
#: What a screen reader calls the element that has the focus; nothing where that is of another kind.
_FOCUSED = """(kind) => {
  const one = document.activeElement;
  if (!one.matches(kind)) {
    return "";
  }
  const label = one.labels && one.labels[0];
  const name = one.getAttribute("aria-label") || (label && label.textContent) || one.textContent || one.value || "";
  return name.replace(/\\s+/g, " ").trim();
}"""
#: Any use of a mouse or a finger is complained of.
NO_MOUSE = """for (const kind of ["pointerdown", "mousedown", "mousemove", "touchstart", "wheel"]) {
  window.addEventListener(kind, () => console.error(`a mouse was used: ${kind}`), { capture: true });
}"""


class Hands(Protocol):
    """What somebody at the desk does with a page."""

    page: Page

    def press(self, name: str) -> None:
        """Press the first link, button or menu whose name begins so."""

    def write(self, label: str, text: str) -> None:
        """Fill in a box."""

    def pick(self, group: str, label: str) -> None:
        """Tick the radio button of a group."""

    def take_caller(self, typed: str, found: str) -> None:
        """On the phone booking: look for somebody, and take who was found."""

    def take_opening(self, key: int) -> None:
        """On the phone booking: book the opening with this key; 0 is a walk-in."""

    def move(self, name: str, *, hour: str, therapist: str, hours: float) -> None:
        """On the board: move a card to a time (`hours` later than now) of a therapist."""

    def stretch(self, name: str, *, minutes: int, hours: float) -> None:
        """On the board: let a card last so many minutes, which are so many hours more (or less) than now."""


def _named(page: Page, name: str) -> Locator:
    """The first that is in sight of what can be pressed and begins with a name."""
    begins = re.compile(rf"^\s*{re.escape(name)}")
    kinds = (page.get_by_role("button", name=begins), page.get_by_role("link", name=begins))
    menus = (
        page.get_by_label(begins).and_(page.locator("summary")),
        page.locator("summary", has_text=begins),
    )
    found = kinds[0].or_(kinds[1]).or_(menus[0]).or_(menus[1])
    return found.and_(page.locator(":not(.desk-enter)")).filter(visible=True).first


@dataclass
class Mouse:
    """With scripts, a mouse, and the keyboard for text."""

    page: Page

    def press(self, name: str) -> None:
        _named(self.page, name).click()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def pick(self, group: str, label: str) -> None:
        self.page.get_by_role("group", name=group).get_by_label(label).first.check()

    def take_caller(self, typed: str, found: str) -> None:
        self.page.locator("#phone-q").click()
        self.page.keyboard.type(typed)
        self.page.locator(".phone-person", has_text=found).click()

    def take_opening(self, key: int) -> None:
        self.page.locator(f"[data-key='{key}']").click()

    def move(self, name: str, *, hour: str, therapist: str, hours: float) -> None:
        self._drag(name, hours=hours, to=therapist)

    def stretch(self, name: str, *, minutes: int, hours: float) -> None:
        self._drag(name, hours=hours, edge=True)

    def _drag(self, name: str, *, hours: float, to: str = "", edge: bool = False) -> None:
        drag(self.page, name, hours=hours, to=to, edge=edge)


def box_of(locator: Locator) -> FloatRect:
    """Where something is. A board that follows a change is another one at times between two questions."""
    for _ in range(10):
        locator.wait_for()
        if box := locator.bounding_box():
            return box
    raise AssertionError(f"{locator} never stays where it is")


def drag(page: Page, name: str, *, hours: float, to: str = "", edge: bool = False, drop: bool = True) -> None:
    """Take the card of somebody with the mouse so many hours down, in the column of a therapist or in its own."""
    card = page.locator(".board-card").filter(has_text=name)
    card.evaluate("element => element.scrollIntoView({block: 'center'})")
    box = box_of(card)
    column = page.locator(".board-column").filter(has_text=to) if to else card
    target = box_of(column)
    per_hour = page.locator(".board-column .board-body").first.evaluate(
        "element => element.offsetHeight / Number(element.parentElement.dataset.minutes) * 60"
    )
    x, y = box["x"] + 60, box["y"] + (box["height"] - 3 if edge else 8)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 12)
    page.mouse.move(target["x"] + 60 if to else x, y + hours * per_hour, steps=5)
    if drop:
        page.mouse.up()


@dataclass
class Keyboard:
    """With scripts, and without a mouse."""

    page: Page

    def press(self, name: str) -> None:
        self._go_to(name, "a, button, summary")
        if self.page.evaluate("document.activeElement.matches('a')"):
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")
        else:
            self.page.keyboard.press("Enter")

    def write(self, label: str, text: str) -> None:
        self._go_to(label, "input, textarea")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def pick(self, group: str, label: str) -> None:
        legend = (
            "document.activeElement.closest('fieldset')?.querySelector('legend')?.textContent.trim() || ''"
        )
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            radio = self.page.evaluate("document.activeElement.type === 'radio'")
            if radio and str(self.page.evaluate(legend)).startswith(group):
                break
        else:
            raise AssertionError(f"Tab never came to the choices of {group!r}")
        self._choose(label, key="ArrowDown")

    def take_caller(self, typed: str, found: str) -> None:
        expect(self.page.locator("#phone-q")).to_be_focused()
        self.page.keyboard.type(typed)
        person = self.page.locator("[role=option]", has_text=found)
        expect(person).to_be_visible()
        for _ in range(10):
            if person.get_attribute("aria-selected") == "true":
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def take_opening(self, key: int) -> None:
        expect(self.page.locator("[data-key='1']")).to_be_visible()
        if not self.page.locator("[data-key]:focus").count():
            self.page.keyboard.press("ArrowDown")  # from a box
        expect(self.page.locator("[data-key]:focus")).to_have_count(1)
        self.page.keyboard.press(str(key))

    def move(self, name: str, *, hour: str, therapist: str, hours: float) -> None:
        self.press(f"Do more with {name}")
        self.press("Move…")
        self.write("Time", hour)
        self._go_to("Therapist", "select")
        self.page.keyboard.type(therapist)
        self.press("Move")

    def stretch(self, name: str, *, minutes: int, hours: float) -> None:
        self.press(f"Do more with {name}")
        self.press("Shorten or lengthen…")
        self.write("Length in minutes", str(minutes))
        self.page.keyboard.press("Enter")

    def _go_to(self, name: str, kind: str) -> None:
        """Press Tab until what is of this kind and has this name has the focus."""
        self.page.wait_for_load_state()
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            if str(self.page.evaluate(_FOCUSED, kind)).startswith(name):
                return
        raise AssertionError(f"Tab never came to {name!r}")

    def _choose(self, label: str, *, key: str) -> None:
        for _ in range(20):
            if label in str(self.page.evaluate(_FOCUSED, "input")):
                if not self.page.evaluate("document.activeElement.checked"):
                    self.page.keyboard.press("Space")
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"no {label!r} among the choices")


@dataclass
class Plain(Mouse):
    """Without scripts: links, buttons and forms."""

    def take_caller(self, typed: str, found: str) -> None:
        self.page.locator("#phone-q").fill(typed)
        self.press("Find")
        self.page.locator(".phone-person", has_text=found).click()

    def move(self, name: str, *, hour: str, therapist: str, hours: float) -> None:
        self.press(f"Do more with {name}")
        self.press("Move…")
        self.write("Time", hour)
        self.page.get_by_label("Therapist").select_option(therapist)
        self.page.get_by_role("button", name="Move", exact=True).last.click()

    def stretch(self, name: str, *, minutes: int, hours: float) -> None:
        self.press(f"Do more with {name}")
        self.press("Shorten or lengthen…")
        self.write("Length in minutes", str(minutes))
        self.press("Save the length")
