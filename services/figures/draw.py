"""Draws."""

from services.figures import body
from services.figures.curves import Point, inked, mirrored, smooth

SKIN, SHADE, LINE, OUTLINE, HAIR, STRAND = "#ecd9b6", "#dfc597", "#b98a6b", "#8f5f43", "#172728", "#5c746c"


def both(points: list[Point], *, closed: bool = False, corners=()) -> str:
    return smooth(points, closed=closed, corners=corners) + smooth(mirrored(points), closed=closed, corners=corners)


def ellipse(center, rx, ry) -> list[Point]:
    import math
    return [(center[0] + rx * math.cos(a * math.pi / 4), center[1] + ry * math.sin(a * math.pi / 4)) for a in range(8)]


def parts(behind: bool) -> list[str]:
    n = len(body.HALF)
    corners = [c for c in body.HALF_CORNERS if c not in (0, n - 1)]
    trunk = smooth(body.whole(body.HALF), closed=True, corners=[*corners, *[(2 * n - 2 - c) % (2 * n - 2) for c in corners]])
    found = [trunk, both(body.EAR, closed=True)]
    found += [both(one, closed=True) for one in [*body.fingers(), body.palm(), body.thumb()]]
    found += [both(ellipse(*toe), closed=True) for toe in body.TOES]
    found.append(smooth(body.whole(body.HEAD_BEHIND if behind else body.HEAD), closed=True))
    return found


def both_inked(points, weight):
    return inked(points, weight=weight) + inked(mirrored(points), weight=weight)


def lines(found) -> str:
    return f'<path d="{"".join(both_inked(p, w * 1.25) for w, p in found)}"/>'


def figure(behind: bool) -> str:
    shapes = "".join(f'<path d="{d}"/>' for d in parts(behind))
    shades = "".join(both(s, closed=True) for s in (body.BACK_SHADES if behind else body.FRONT_SHADES))
    contour = lines([*(body.BACK_LINES if behind else body.FRONT_LINES), *body.hand_lines(palm_side=not behind)])
    hair = smooth(body.whole(body.HAIR_BEHIND if behind else body.HAIR), closed=True)
    head = smooth(body.whole(body.HEAD), closed=True)
    face = "" if behind else f'''<path d="{head}" fill="{SKIN}"/><path d="{inked([(-29.4, 79.5), (-22.5, 90.5), (-13.4, 98.6), (0, 102.3), (13.4, 98.6), (22.5, 90.5), (29.4, 79.5)], weight=1.3)}" fill="{LINE}"/>
<g fill="{LINE}">{lines(body.FACE_LINES)}</g><g fill="{HAIR}"><path d="{both_inked(body.BROW, 1.9)}"/><circle cx="{body.IRIS[0]}" cy="{body.IRIS[1]}" r="1.7"/><circle cx="-{body.IRIS[0]}" cy="{body.IRIS[1]}" r="1.7"/></g><path d="{inked(body.MOUTH, weight=1.5)}" fill="#8c3b22"/>'''
    return f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="-180 -14 360 824">
<rect x="-180" y="-14" width="360" height="824" fill="#0d4640"/><clipPath id="c">{shapes}</clipPath>
<g fill="{OUTLINE}" stroke="{OUTLINE}" stroke-width="2.2" stroke-linejoin="round">{shapes}</g><g fill="{SKIN}">{shapes}</g>
<g clip-path="url(#c)"><path fill="{SHADE}" d="{shades}"/><g fill="{LINE}">{contour}</g></g>{face}<path d="{hair}" fill="{HAIR}"/></svg>'''


if __name__ == "__main__":
    import sys
    open(sys.argv[1] + "front.svg", "w").write(figure(False))
    open(sys.argv[1] + "back.svg", "w").write(figure(True))
