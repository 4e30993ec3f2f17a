"""The figure that the site draws of a body, by points.

Heights count from the crown (0) to the sole (800): eight heads of 100. x counts from the middle, and only the half on
the right of the picture is written down; the other is its mirror.
"""

from services.figures.curves import Point, mirrored, turned

HEIGHT = 800

#: The skull with the jaw, as seen from the front.
HEAD: list[Point] = [
    (0, 0), (11, 1.6), (20.5, 6.4), (28.4, 15), (33, 27), (34.2, 40), (33.4, 54), (31.8, 68),
     (29.4, 79.5), (22.5, 90.5),
    (13.4, 98.6), (6, 101.8), (0, 102.3),
]  # fmt: skip

#: The skull from behind, down into the neck.
HEAD_BEHIND: list[Point] = [
    (0, 0), (11, 1.6), (20.5, 6.4), (28.4, 15), (33, 27), (34.2, 40), (33, 54), (29.6, 67), (24.4, 78),
     (19, 87), (0, 92),
]  # fmt: skip

EAR: list[Point] = [
    (33, 46), (36.5, 43.5), (39.3, 46), (39.4, 53), (37.6, 61), (35.2, 67.5), (32.5, 67), (31.5, 58),
]  # fmt: skip

#: Neck, shoulder, arm and flank, leg and foot, from under the jaw to the crotch. Corners: the wrist, the armpit.
HALF: list[Point] = [
    (0, 84), (19.6, 84), (20, 97), (20.8, 108), (24, 117), (33, 125), (47, 130.8), (62, 135), (76, 139.5),
    (87.5, 146), (97, 157), (102.6, 171), (105, 188), (105.6, 206), (106, 224), (107.8, 242), (110, 259),
     (112.6, 275),
    (116.2, 289), (122, 302), (128, 318), (132, 336), (134.6, 356), (136.8, 374), (139.6, 391),
    (121, 395), (115.4, 378), (108.2, 358), (100.6, 337), (94.6, 318), (91, 303), (89, 289), (86.4, 274),
     (82.4, 256),
    (79, 238), (76.4, 220), (74.6, 205), (74, 198),
    (73, 212), (71, 229), (68, 246), (65, 262), (62.8, 276), (62.2, 289), (63.6, 303), (66.4, 318),
     (69.6, 334),
    (72.6, 352), (74.8, 371), (76, 390), (76.2, 410), (75.2, 433), (73, 457), (70, 482), (66.2, 507),
     (62.4, 530),
    (59.4, 549), (57.6, 563), (57, 576), (57.4, 590), (59.4, 606), (61.2, 624), (61, 643), (58.6, 664),
     (54.8, 686),
    (50.8, 707), (48, 726), (47.2, 739), (48.6, 749), (48.8, 759), (51.4, 769), (57, 779), (61, 787),
    (55, 793), (43, 794), (31, 793), (24.6, 789), (24, 780), (25.8, 768), (27.2, 756), (25.2, 746),
     (26.2, 737),
    (26.6, 722), (25.2, 704), (22, 685), (18.2, 666), (15.8, 648), (15.6, 631), (17.2, 614), (18.8, 600),
    (19.2, 586), (18.2, 573), (17.2, 560), (14.6, 542), (12, 520), (9.4, 497), (7, 470), (5, 443), (3.4, 420),
    (1.8, 408), (0, 404),
]  # fmt: skip
HALF_CORNERS = (0, 24, 25, 37, len(HALF) - 1)

_PALM: list[Point] = [
    (-6.5, -14), (-8.6, -6), (-9.8, 3), (-13, 14), (-15.6, 28), (-16.2, 38), (-10, 44), (2, 47), (12, 45),
        (16, 37), (15.4, 26),
    (12.6, 12), (9.8, 3), (8.6, -6), (6.5, -14),
]  # fmt: skip
_THUMB: list[Point] = [
    (7, 3), (13.2, 7), (19, 14), (23.4, 24), (26.6, 35), (29.4, 45), (28.6, 50.4), (24.8, 50.6),
     (21.2, 44), (17.4, 36.5), (13, 32),
    (5, 18),
]  # fmt: skip
#: Base, length, width at the base and at the tip, and degrees by which each finger leans.
_FINGERS = (
    ((-12, 39), 31, 8, 6, 8),
    ((-4, 43), 40, 8.8, 6.6, 3),
    ((4.4, 44), 43.5, 9, 6.8, -1),
    ((12.2, 41), 39, 8.8, 6.6, -6),
)
_WRIST = (130.3, 391.0)
_HAND_LEANS = -10
_HAND_SCALE = 1.06

TOES = (
    ((30.5, 790), 7.2, 7.4),
    ((40.2, 792.4), 4.4, 5.6),
    ((47.2, 791.6), 4, 5.2),
    ((53.2, 789.4), 3.7, 4.8),
    ((58.2, 786), 3.3, 4.2),
)


def _finger(length: float, wide: float, tip: float) -> list[Point]:
    a, b = wide / 2, tip / 2
    return [(-a, -6), (-a, length * 0.3), (-(a + b) / 2 - 0.3, length * 0.6), (-b, length - b),
        (-b * 0.55, length - b * 0.2), (0, length),
            (b * 0.55, length - b * 0.2), (b, length - b), ((a + b) / 2 + 0.3, length * 0.6),
                (a, length * 0.3), (a, -6)]  # fmt: skip


def fingers() -> list[list[Point]]:
    """The four fingers of one hand, little finger first."""
    return [
        in_hand(turned(_finger(length, wide, tip), degrees=lean, to=base))
        for base, length, wide, tip, lean in _FINGERS
    ]


def in_hand(points: list[Point]) -> list[Point]:
    """Points of the hand (from the middle of the wrist, fingers down, thumb to the right) as they lie on the body."""
    scaled = [(x * _HAND_SCALE, y * _HAND_SCALE) for x, y in points]
    return turned(scaled, degrees=_HAND_LEANS, to=_WRIST)


def palm() -> list[Point]:
    """The palm or the back of one hand."""
    return in_hand(_PALM)


def thumb() -> list[Point]:
    """The thumb of one hand, from the ball of the thumb."""
    return in_hand(_THUMB)


def whole(half: list[Point]) -> list[Point]:
    """A closed outline from its half, which begins and ends in the middle."""
    return [*half, *reversed(mirrored(half[1:-1]))]


_HAND_LINES_PALM: list[tuple[float, list[Point]]] = [
    (0.9, [(0, 3), (4, 12), (5.6, 22), (10, 31), (14.6, 34)]),  # ball of the thumb
    (0.7, [(-14.6, 30), (-6, 27), (4, 30), (12, 37)]),
    (0.6, [(-15, 36), (-8, 35), (0, 37.6), (6, 41)]),
    (0.6, [(-8, -1), (0, 1), (8, -1)]),
    (0.5, [(-8, 43), (-7.4, 46)]), (0.5, [(0.2, 46), (0.2, 49)]), (0.5, [(8.6, 45), (8.2, 48)]),
]  # fmt: skip
_HAND_LINES_BACK: list[tuple[float, list[Point]]] = [
    (0.6, [(-4, 8), (-8, 22), (-11, 36)]), (0.6, [(-1, 8), (-3, 22), (-4, 38)]), (0.6, [(2, 8), (3.4, 22),
        (4.4, 39)]),
    (0.6, [(5, 8), (8.6, 20), (11.6, 36)]),
    (0.5, [(-14.4, 38), (-12, 37), (-9.4, 38.6)]), (0.5, [(-6.8, 42), (-4, 40.6), (-1.2, 42)]),
    (0.5, [(1.6, 43), (4.4, 41.6), (7.2, 42.6)]), (0.5, [(9.6, 41), (12, 38.6), (14.6, 39.6)]),
]  # fmt: skip


def hand_lines(*, palm_side: bool) -> list[tuple[float, list[Point]]]:
    """The lines of one hand's palm or back, with their weights."""
    found = _HAND_LINES_PALM if palm_side else _HAND_LINES_BACK
    return [(weight, in_hand(points)) for weight, points in found]


#: From the outer ankle to the inner one, as the heel is seen from behind.
_HEEL: list[Point] = [
    (48.8, 757), (50.4, 766), (54, 774), (60, 781), (63.4, 786.6), (60.6, 790.4), (54, 791), (48.6, 791),
     (44.4, 794), (37.6, 795.6), (31, 793.8),
    (26.4, 787), (25.6, 778), (27, 768), (28, 757),
]  # fmt: skip


def half_behind() -> list[Point]:
    """The half outline from behind: the heel in place of the toes."""
    first, last = HALF.index((48.8, 759)), HALF.index((27.2, 756))
    return [*HALF[:first], *_HEEL, *HALF[last + 1 :]]
