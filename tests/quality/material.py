#!/usr/bin/env python3
"""Draws material to test how safe "these two pictures are duplicates" is.

Four parts, each a folder in OUT, all listed in OUT/MANIFEST.json:

  strangers  different pictures which look alike at a coarse look, by kind: invoices of one
             template, positions on one chess board, pages with nothing but a page number
  tiles      square pieces of large photos, none overlapping another: strangers too
  reposts    photos as they return: with borders, captions, stickers, cut, turned, in a screenshot
  copies     what a duplicate is: every stranger and every fifth tile saved again, halved in size,
             converted, as from a scanner, shifted by a hundredth

Each kind of stranger, and each photo, belongs to one of two halves: thresholds are chosen on
"choose", and "final" is for the table of results alone.

The same arguments give the same bytes, with the same versions of Python, Pillow and numpy.
Picture N of a kind does not depend on --each, and nothing on --half but what is left out. Another
--seed gives other words, numbers and places, so that thresholds can be tried on what they were not
chosen on.
"""

import argparse
import hashlib
import json
import math
import os
import random
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

PROCESSES = os.cpu_count()
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png"}
LARGE_PHOTO = 2_000_000  # pixels
COPIED_TILES = 5  # every fifth

BLUE_INK = (28, 44, 130)
GREY = (120, 120, 120)
LIGHT = (205, 205, 205)

WORDS = """
able about above across after again air all almost along also always among animal answer apple area
arm ask autumn back bank base bear become bed before begin behind below best better between big bird
black blue boat body book both box bread bridge bring brother build bus call came candle car carry
centre chair change child city class clear close cloud cold colour come corner country cover cross
cup dance dark day deep dinner door down draw dream drive dry early earth east easy eat edge empty end
enough even evening every eye face fall family far farm father field fill final find fire first fish
five floor flower follow food foot forest four friend front full game garden give glass gold good grass
great green ground grow hair half hand happy hard head hear heart heavy help high hill hold home horse
hour house ice idea inside island join keep key kind kitchen know lake land large last late learn leave
letter life light line list listen little long look lost love low make map march market meet metal
middle milk minute money moon morning mother mountain move music name near need never new next night
north nothing number often oil old only open order other outside over page paint paper park part past
path people picture piece place plan plant play point pull quick quiet rain reach read ready red rest
ride right ring river road rock room round salt sand school sea season second seed seven shape ship
shirt shoe shop short side silver simple sing sister sit sky sleep slow small smile snow soft some song
soon sound south space spring square stand star start station stay step stone stop story street strong
sugar summer sun table tail take talk tall teach ten thing think third three time today together
tomorrow top town train travel tree turn under until valley village visit voice wait walk wall warm
watch water way week west wheel white wide wild wind window winter wood word work world year yellow
""".split()
FIRST_NAMES = "Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Karla Leo Mia Noah Olga Paul".split()
LAST_NAMES = "Adler Baker Carter Dorn Ebert Fisher Graf Hunter Iversen Jansen Keller Lang Moore Novak".split()
STREETS = "Mill Lane,Station Road,High Street,Church Walk,Park Avenue,Bridge Street,Harbour Way".split(",")
CITIES = "Ashford,Brighton,Cambridge,Durham,Exeter,Norwich,Oxford,Plymouth,York".split(",")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


# ----------------------------------------------------------------------------------------- chance

SEED = 0


def set_seed(seed):
    """For this process."""
    global SEED
    SEED = seed


def seeded(name):
    """What a random source is made of: its name, and the seed unless that is the usual one."""
    return f"{SEED}/{name}" if SEED else name


def chance(name):
    return random.Random(seeded(name))


# ---------------------------------------------------------------------------------------- drawing


@lru_cache(maxsize=512)
def font(pixels: float) -> ImageFont.FreeTypeFont:
    """The scalable font that comes with Pillow: the same on every machine."""
    return ImageFont.load_default(size=pixels)


class Page:
    """A picture to draw on, in units of the caller's own.

    `scale` is pixels per unit. With `oversample`, all is drawn that many times larger and reduced
    at the end, as Pillow draws shapes with hard edges.
    """

    def __init__(self, image: Image.Image, scale: float = 1, oversample: int = 1):
        self.image = image
        self.pen = ImageDraw.Draw(image)
        self.scale = scale
        self.oversample = oversample

    @classmethod
    def blank(cls, size, units=None, ground="white", oversample=1):
        """A page of `size` pixels that is `units` wide (by default one unit is one pixel)."""
        width, height = size
        image = Image.new("RGB", (width * oversample, height * oversample), ground)
        return cls(image, image.width / (units or width), oversample)

    def finish(self) -> Image.Image:
        return self.image.reduce(self.oversample) if self.oversample > 1 else self.image

    def pixels(self, numbers):
        return [number * self.scale for number in numbers]

    def stroke(self, width):
        return max(1, round(width * self.scale))

    def font(self, size):
        return font(round(size * self.scale * 2) / 2)

    def length(self, text, size):
        return self.font(size).getlength(text) / self.scale

    def text(self, xy, text, size, fill="black", anchor="la", outline=0):
        """Text; `outline` is the width of a black outline."""
        width = self.stroke(outline) if outline else 0
        self.pen.text(
            self.pixels(xy), text, fill, self.font(size), anchor, stroke_width=width, stroke_fill="black"
        )

    def line(self, points, width=1, fill="black"):
        self.pen.line(self.pixels(points), fill, self.stroke(width), joint="curve")

    def box(self, corners, fill=None, outline=None, width=1, radius=0):
        stroke = self.stroke(width) if outline else 0
        self.pen.rounded_rectangle(self.pixels(corners), radius * self.scale, fill, outline, stroke)

    def disc(self, x, y, radius, fill=None, outline=None, width=1):
        corners = self.pixels((x - radius, y - radius, x + radius, y + radius))
        self.pen.ellipse(corners, fill, outline, self.stroke(width) if outline else 0)

    def polygon(self, points, fill):
        self.pen.polygon(self.pixels(points), fill)

    def handwriting(self, xy, text, size, rng, ink=BLUE_INK):
        """Slanted letters that neither keep the line nor their size. `xy` is the left of the line."""
        pixels, slant = size * self.scale, rng.uniform(0.15, 0.3)
        baseline = 1.3 * pixels
        mask = Image.new("L", (round(pixels * (len(text) + 2)), round(1.8 * pixels)))
        pen, x = ImageDraw.Draw(mask), 0.5 * pixels
        for letter in text:
            letter_font = font(round(pixels * rng.uniform(0.92, 1.08) * 2) / 2)
            pen.text((x, baseline + pixels * rng.uniform(-0.06, 0.06)), letter, 255, letter_font, "ls")
            x += letter_font.getlength(letter) * rng.uniform(0.9, 1)
        mask = mask.transform(
            mask.size,
            Image.Transform.AFFINE,
            (1, slant, -slant * baseline, 0, 1, 0),
            Image.Resampling.BICUBIC,
        )
        left, bottom = self.pixels(xy)
        self.image.paste(ink, (round(left - 0.5 * pixels), round(bottom - baseline)), mask)

    def shapes(self, shapes, origin, size, ink, paper):
        """A drawing of `shapes` (see SYMBOLS) in a square of `size` with its left top at `origin`."""
        left, top = origin
        unit = size / 100

        def placed(points):  # x and y in turn
            return [(top if index % 2 else left) + unit * number for index, number in enumerate(points)]

        for name, *numbers in shapes:
            fill = paper if name.startswith("-") else ink
            match name.lstrip("-"):
                case "polygon":
                    self.polygon(placed(numbers), fill)
                case "box":
                    self.box(placed(numbers), fill)
                case "disc":
                    self.disc(*placed(numbers[:2]), unit * numbers[2], fill)
                case "line":
                    self.line(placed(numbers[1:]), unit * numbers[0], fill)

    def arrow(self, x, y, length, degrees, fill):
        """An arrow around a centre; 0 degrees points to the right, 90 up."""
        along = math.cos(math.radians(degrees)), -math.sin(math.radians(degrees))

        def at(forward, aside):
            return (
                x + length * (forward * along[0] - aside * along[1]),
                y + length * (forward * along[1] + aside * along[0]),
            )

        outline = [
            (-0.5, -0.09),
            (0.1, -0.09),
            (0.1, -0.28),
            (0.5, 0),
            (0.1, 0.28),
            (0.1, 0.09),
            (-0.5, 0.09),
        ]
        self.polygon([number for point in outline for number in at(*point)], fill)


def curve(points, steps=12):
    """A smooth line through all `points` (Catmull-Rom), as a flat list of coordinates."""
    padded = [points[0], *points, points[-1]]
    flat = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        for step in range(steps):
            t = step / steps
            for p, q, r, s in zip(a, b, c, d):
                flat.append(
                    (
                        2 * q
                        + (r - p) * t
                        + (2 * p - 5 * q + 4 * r - s) * t**2
                        + (3 * q - p - 3 * r + s) * t**3
                    )
                    / 2
                )
    return flat + list(points[-1])


# ------------------------------------------------------------------------------------------- text


def sentence(rng, least, most=None):
    return " ".join(rng.choices(WORDS, k=rng.randint(least, most or least))).capitalize()


def person(rng):
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def address(rng):
    return f"{rng.randint(1, 99)} {rng.choice(STREETS)}"


def town(rng):
    return f"{rng.randint(10000, 99999)} {rng.choice(CITIES)}"


def date(rng):
    return f"{rng.randint(10, 28)} {rng.choice(MONTHS)} {rng.randint(2021, 2025)}"


def money(pence):
    return f"{pence / 100:,.2f}"


def wrapped(page, text, size, width):
    """The lines of `text` at that width."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if page.length(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def filled_line(page, rng, size, width):
    """As many random words as fit into a line."""
    return wrapped(page, sentence(rng, 40), size, width)[0]


# -------------------------------------------------------------------------------------- strangers


@dataclass
class Picture:
    """What a drawing function gets to know about the picture it shall draw."""

    kind: str
    number: int
    variant: str | None
    photos: list[Path]

    def __post_init__(self):
        self.rng = chance(f"{self.kind}/{self.number}")
        self.shown = []

    def named_photo(self, word):
        """The photo with that word in its name; the first one, where there is none."""
        return self.photo(next((path for path in self.photos if word in path.name), self.photos[0]))

    def photo(self, path):
        """A photo that the picture shows."""
        self.shown.append(path.stem)
        return open_photo(path)

    def choice_of(self, items):
        """The items in turn, and how many times all have had their turn before."""
        return items[self.number % len(items)], self.number // len(items)


A4 = 1240  # units: pixels at 150 dpi


def document(picture, ground="white"):
    """An A4 page as from a printer driver at 150 dpi; some at 100 and at 200."""
    size = picture.rng.choices([(1240, 1754), (827, 1169), (1654, 2339)], (4, 1, 1))[0]
    return Page.blank(size, A4, ground)


def text_pages(picture):
    """Paragraphs of random words in one layout."""
    page, rng = document(picture), picture.rng
    page.text((150, 130), sentence(rng, 3), 40)
    y = 220
    for _ in range(5):
        for line in range(7):
            page.text((150, y), filled_line(page, rng, 25, 940 if line < 6 else 500), 25)
            y += 36
        y += 26
    page.text((A4 / 2, 1660), str(rng.randint(2, 400)), 22, anchor="ma")
    return page.finish()


FORM_FIELDS = [
    ("First name", lambda rng: rng.choice(FIRST_NAMES)),
    ("Last name", lambda rng: rng.choice(LAST_NAMES)),
    ("Street", address),
    ("Town", town),
    ("Date of birth", date),
    ("Telephone", lambda rng: f"0{rng.randint(100, 999)} {rng.randint(100000, 999999)}"),
    ("Occupation", lambda rng: f"{rng.choice(WORDS)} {rng.choice(['seller', 'maker', 'driver', 'keeper'])}"),
    ("Member number", lambda rng: str(rng.randint(100000, 999999))),
    ("Account", lambda rng: f"{rng.randint(1000, 9999)} {rng.randint(1000, 9999)}"),
    ("Start", date),
]
FORM_QUESTIONS = ["Marital status", "Payment", "Language", "Newsletter", "Contact by", "Insurance"]


def forms(picture):
    """One printed form, filled in by typewriter or by hand."""
    page, rng = document(picture), picture.rng
    page.box((100, 90, 1140, 170), (225, 232, 240))
    page.text((120, 112), "Application for membership", 38)
    page.text((1120, 122), "Form 27-B", 24, anchor="ra")
    for index, (label, value) in enumerate(FORM_FIELDS):
        x, y = 100 + 530 * (index % 2), 220 + 120 * (index // 2)
        page.text((x, y), label, 20, GREY)
        page.box((x, y + 28, x + 510, y + 90), None, "black", 2)
        if picture.variant == "typed":
            page.text((x + 16, y + 44), value(rng), 28)
        else:
            page.handwriting((x + 20, y + 72), value(rng), 36, rng)
    for index, question in enumerate(FORM_QUESTIONS):
        y = 860 + 70 * index
        page.text((100, y), question, 24)
        ticked = rng.randrange(4)
        for option in range(4):
            x = 420 + 190 * option
            page.box((x, y - 2, x + 32, y + 30), None, "black", 2)
            page.text((x + 46, y + 2), "ABCD"[option], 22)
            if option == ticked:
                page.line((x + 6, y + 12, x + 14, y + 24, x + 32, y - 8), 4, BLUE_INK)
    page.text((100, 1310), "I declare that the statements above are complete and true.", 22)
    page.line((100, 1480, 560, 1480), 2)
    page.text((100, 1490), "Place, date", 18, GREY)
    page.line((680, 1480, 1140, 1480), 2)
    page.text((680, 1490), "Signature", 18, GREY)
    page.handwriting((110, 1468), f"{rng.choice(CITIES)}, {date(rng)}", 30, rng)
    page.line(scribble(rng, 690, 1440, 380, 60), 3, BLUE_INK)
    return page.finish()


def invoices(picture):
    """One template. With "numbers only" the customer and the goods are the same as well."""
    page, rng = document(picture), picture.rng
    fixed = chance("invoices/template") if picture.variant == "numbers only" else rng
    page.box((100, 90, 190, 180), (20, 84, 150))
    page.disc(145, 135, 28, "white")
    page.text((210, 100), "Northwind Supplies Ltd", 40)
    page.text((210, 150), "14 Harbour Way, 20457 Plymouth", 22, GREY)
    page.text((100, 270), "\n".join([person(fixed), address(fixed), town(fixed)]), 26)
    page.text((740, 270), f"Invoice   {rng.randint(2021, 2025)}-{rng.randint(10000, 99999)}", 26)
    page.text((740, 306), f"Date   {date(rng)}", 26)
    page.text((740, 342), f"Customer   {fixed.randint(10000, 99999)}", 26)
    page.text((100, 450), "Invoice", 44)
    page.text((100, 520), "We thank you for your order and charge as follows:", 24)
    page.box((100, 580, 1140, 630), (225, 232, 240))
    columns = [(110, "la"), (640, "ra"), (880, "ra"), (1130, "ra")]
    for (x, anchor), title in zip(columns, ("Item", "Quantity", "Price", "Amount")):
        page.text((x, 592), title, 24, anchor=anchor)
    total = 0
    for row in range(8):
        y = 650 + 56 * row
        item = f"{fixed.choice(WORDS)} {fixed.choice(WORDS)}".capitalize()
        quantity, price = rng.randint(1, 48), rng.randint(150, 19999)
        total += quantity * price
        cells = (item, str(quantity), money(price), money(quantity * price))
        for (x, anchor), cell in zip(columns, cells):
            page.text((x, y), cell, 24, anchor=anchor)
        page.line((100, y + 42, 1140, y + 42), 1, LIGHT)
    tax = round(total * 0.19)
    for row, (label, amount) in enumerate((("Net", total), ("Tax 19 %", tax), ("Total", total + tax))):
        page.text((760, 1140 + 46 * row), label, 26)
        page.text((1130, 1140 + 46 * row), money(amount), 26, anchor="ra")
    page.line((750, 1225, 1140, 1225), 2)
    page.text((100, 1380), "Please pay within 14 days, without deduction.", 24)
    page.line((100, 1600, 1140, 1600), 2, GREY)
    page.text((100, 1615), "Bank of the Harbour   Account 4471 2210   VAT 27 114 4471", 20, GREY)
    return page.finish()


def receipts(picture):
    """Of one till: as many lines on each, other goods and prices."""
    page, rng = Page.blank((576, 1400), ground=(252, 252, 250)), picture.rng
    page.text((288, 50), "CORNER MARKET", 44, anchor="ma")
    page.text((288, 110), "7 Station Road, York", 24, anchor="ma")
    page.text((40, 170), f"{date(rng)}   {rng.randint(8, 21):02}:{rng.randint(0, 59):02}", 24)
    page.text((536, 170), f"No {rng.randint(1000, 9999)}", 24, anchor="ra")
    page.line((40, 215, 536, 215), 2)
    total = 0
    for row in range(16):
        price = rng.randint(29, 1999)
        total += price
        page.text((40, 235 + 40 * row), " ".join(rng.choices(WORDS, k=2)).upper(), 24)
        page.text((536, 235 + 40 * row), money(price), 24, anchor="ra")
    page.line((40, 885, 536, 885), 2)
    page.text((40, 905), "TOTAL", 40)
    page.text((536, 905), money(total), 40, anchor="ra")
    paid = math.ceil(total / 1000) * 1000
    for row, (label, amount) in enumerate((("Cash", paid), ("Change", paid - total))):
        page.text((40, 975 + 36 * row), label, 24)
        page.text((536, 975 + 36 * row), money(amount), 24, anchor="ra")
    x = 80
    while x < 490:
        bar, gap = rng.choice((3, 3, 6, 9)), rng.choice((3, 3, 6, 9))
        page.box((x, 1090, x + bar - 1, 1210), "black")
        x += bar + gap
    page.text((288, 1240), "Thank you, come again", 24, anchor="ma")
    return page.finish()


def notes(picture):
    """One to three short lines by hand on white paper."""
    page, rng = document(picture), picture.rng
    for line in range(("one line", "two lines", "three lines").index(picture.variant) + 1):
        page.handwriting((160, 260 + 110 * line), sentence(rng, 2, 4), 64, rng, BLUE_INK)
    return page.finish()


def charts(picture):
    """Bars or a line on the same axes."""
    page, rng = Page.blank((1000, 600), oversample=2), picture.rng
    page.text((500, 24), "Sales by month", 30, anchor="ma")
    for step in range(6):
        y = 520 - 80 * step
        page.line((90, y, 960, y), 1, LIGHT if step else "black")
        page.text((80, y), str(20 * step), 18, anchor="rm")
    values = [rng.uniform(5, 98) for _ in MONTHS]
    tops = [(126 + 72 * index, 520 - 4 * value) for index, value in enumerate(values)]
    for (x, _), month in zip(tops, MONTHS):
        page.text((x, 534), month, 18, anchor="ma")
    if picture.variant == "bars":
        for x, y in tops:
            page.box((x - 24, y, x + 24, 520), (66, 114, 196))
    else:
        page.line([number for top in tops for number in top], 4, (200, 70, 50))
        for x, y in tops:
            page.disc(x, y, 7, (200, 70, 50))
    return page.finish()


def qr_codes(picture):
    """Random modules with the fixed patterns of a version 3 code (29 modules a side)."""
    side, rng = 29, picture.rng
    modules = np.array([[rng.getrandbits(1) for _ in range(side)] for _ in range(side)], np.uint8)
    modules[6, :] = modules[:, 6] = [(index + 1) % 2 for index in range(side)]  # timing
    finder = np.zeros((8, 8), np.uint8)
    finder[:7, :7] = 1
    finder[1:6, 1:6] = 0
    finder[2:5, 2:5] = 1
    modules[:8, :8] = finder
    modules[:8, -8:] = finder[:, ::-1]
    modules[-8:, :8] = finder[::-1]
    modules[20:25, 20:25] = 1  # alignment
    modules[21:24, 21:24] = 0
    modules[22, 22] = 1
    quiet = np.pad(modules, 4)
    module = rng.choice((8, 10, 12))  # pixels
    pixels = np.kron((1 - quiet) * 255, np.ones((module, module))).astype(np.uint8)
    return Image.fromarray(pixels).convert("RGB")


def chats(picture):
    """One chat; with "same layout" all bubbles keep their places and only the words differ."""
    page, rng = Page.blank((1080, 1920), ground=(236, 229, 221)), picture.rng
    layout = chance("chats/layout") if picture.variant == "same layout" else rng
    page.box((0, 0, 1080, 190), (7, 94, 84))
    page.text((40, 18), f"{rng.randint(8, 22):02}:{rng.randint(0, 59):02}", 32, "white")
    page.disc(110, 125, 46, (200, 210, 215))
    page.text((180, 95), "Clara Hunter", 46, "white")
    y = 230
    while True:
        mine, lines = layout.random() < 0.5, layout.choice((1, 1, 2, 3))
        width = layout.randint(380, 760)
        bottom = y + 70 + 52 * lines
        if bottom > 1720:
            break
        left = 1040 - width if mine else 40
        page.box((left, y, left + width, bottom), (220, 248, 198) if mine else "white", radius=24)
        for line in range(lines):
            page.text((left + 28, y + 20 + 52 * line), filled_line(page, rng, 38, width - 56), 38)
        clock = f"{rng.randint(8, 22):02}:{rng.randint(0, 59):02}"
        page.text((left + width - 24, bottom - 14), clock, 24, GREY, "rd")
        y = bottom + 24
    page.box((30, 1780, 920, 1880), "white", radius=50)
    page.text((80, 1808), "Message", 38, GREY)
    page.disc(1000, 1830, 50, (7, 94, 84))
    return page.finish()


def meme_text(page, width, text, y, anchor, size):
    """White capitals with a black outline, as large as fits, in the middle."""
    text = text.upper()
    size = min(size, size * 0.94 * width / page.length(text, size))
    page.text((width / 2, y), text, size, "white", anchor, outline=size / 14)


def memes(picture):
    """One photo, other captions."""
    rng = picture.rng
    image = ImageOps.fit(picture.named_photo("chelsea"), (800, 600), Image.Resampling.LANCZOS)
    page = Page(image)
    meme_text(page, 800, sentence(rng, 3, 5), 24, "ma", 64)
    meme_text(page, 800, sentence(rng, 3, 5), 580, "md", 64)
    return page.finish()


def equal_luma(number, luma=128):
    """Colours of nearly one luma (BT.601): 30 hues, 12 degrees apart, and then the same ones paler."""
    hue, strength = math.radians(84 * number), 0.95 * 0.7 ** (number // 30)
    cb, cr = math.cos(hue), math.sin(hue)
    offsets = 1.402 * cr, -0.344 * cb - 0.714 * cr, 1.772 * cb
    gain = min((255 - luma if offset > 0 else luma) / abs(offset) for offset in offsets if offset)
    return tuple(round(luma + strength * gain * offset) for offset in offsets)


SHIRT = (300, 140, 360, 190, 440, 190, 500, 140, 600, 190, 710, 330, 620, 400, 570, 345)
SHIRT += (570, 680, 230, 680, 230, 345, 180, 400, 90, 330, 200, 190)


def products(picture):
    """A shirt in colours of one luma, or a vase of one colour in other shapes, on white."""
    page, rng = Page.blank((800, 800), oversample=2), picture.rng
    if picture.variant == "colour":
        page.polygon(SHIRT, equal_luma(picture.number // 2))
        page.line((230, 345, 230, 680, 570, 680, 570, 345), 3, (90, 90, 90))
    else:
        right = [(400 + rng.uniform(50, 230), y) for y in range(140, 681, 90)]
        outline = curve(right)
        mirrored = [number for x, y in zip(outline[-2::-2], outline[::-2]) for number in (800 - x, y)]
        page.polygon(outline + mirrored, (178, 92, 60))
    return page.finish()


PIECES = {
    "P": [("disc", 50, 36, 15), ("polygon", 50, 40, 66, 78, 34, 78), ("box", 26, 74, 74, 86)],
    "R": [
        ("box", 26, 22, 38, 44),
        ("box", 44, 22, 56, 44),
        ("box", 62, 22, 74, 44),
        ("box", 26, 36, 74, 46),
        ("box", 34, 44, 66, 78),
        ("box", 24, 74, 76, 86),
    ],
    "N": [
        ("polygon", 34, 78, 46, 52, 24, 58, 20, 46, 42, 22, 46, 14, 54, 22, 70, 34, 72, 78),
        ("box", 26, 74, 76, 86),
    ],
    "B": [
        ("disc", 50, 18, 6),
        ("polygon", 50, 20, 68, 46, 58, 62, 62, 78, 38, 78, 42, 62, 32, 46),
        ("box", 26, 74, 74, 86),
    ],
    "Q": [
        ("polygon", 16, 30, 34, 50, 34, 22, 46, 46, 50, 16, 54, 46, 66, 22, 66, 50, 84, 30, 70, 78, 30, 78),
        ("box", 26, 74, 74, 86),
    ],
    "K": [
        ("box", 46, 8, 54, 34),
        ("box", 39, 15, 61, 22),
        ("polygon", 50, 30, 80, 38, 66, 78, 34, 78, 20, 38),
        ("box", 26, 74, 74, 86),
    ],
}
STRAIGHT = [(0, 1), (0, -1), (1, 0), (-1, 0)]
DIAGONAL = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
LEAPS = [(1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1)]


def chess_moves(board, white):
    """All moves of one side as (from, to), without regard for check; pawns only step, kings are not taken."""

    def free_or_hostile(row, column):
        target = board.get((row, column))
        return target is None or (target.isupper() != white and target not in "Kk")

    for (row, column), piece in list(board.items()):
        if piece.isupper() != white:
            continue
        name = piece.upper()
        if name == "P":
            ahead = (row + (-1 if white else 1), column)
            if 0 < ahead[0] < 7 and ahead not in board:
                yield (row, column), ahead
            continue
        steps = {"N": LEAPS, "R": STRAIGHT, "B": DIAGONAL}.get(name, STRAIGHT + DIAGONAL)
        for down, right in steps:
            for distance in range(1, 2 if name in "NK" else 8):
                to = row + down * distance, column + right * distance
                if not (0 <= to[0] < 8 and 0 <= to[1] < 8 and free_or_hostile(*to)):
                    break
                yield (row, column), to
                if to in board:
                    break


def chess_position(game, plies):
    """The board after so many random half moves of a game."""
    rng = chance(f"chess/game/{game}")
    rows = {0: "rnbqkbnr", 1: "p" * 8, 6: "P" * 8, 7: "RNBQKBNR"}
    board = {(row, column): piece for row, pieces in rows.items() for column, piece in enumerate(pieces)}
    for ply in range(plies):
        start, end = rng.choice(sorted(chess_moves(board, white=ply % 2 == 0)))
        board[end] = board.pop(start)
    return board


def chess(picture):
    """Positions of random games on one board, those of a game three half moves apart."""
    page = Page.blank((640, 640), oversample=2)
    colours = ((240, 217, 181), (181, 136, 99))
    for row in range(8):
        for column in range(8):
            page.box((80 * column, 80 * row, 80 * column + 80, 80 * row + 80), colours[(row + column) % 2])
    position = chess_position(game=picture.number // 12, plies=10 + 3 * (picture.number % 12))
    for (row, column), piece in position.items():
        ink, edge = ((250, 250, 250), (20, 20, 20)) if piece.isupper() else ((40, 40, 40), (0, 0, 0))
        shapes, x, y = PIECES[piece.upper()], 80 * column, 80 * row
        for dx, dy in ((-2, 0), (2, 0), (0, -2), (0, 2)):
            page.shapes(shapes, (x + dx, y + dy), 80, edge, edge)
        page.shapes(shapes, (x, y), 80, ink, edge)
    return page.finish()


SIGNS = [
    *(("limit", str(limit)) for limit in range(5, 131, 5)),
    *(("end", str(limit)) for limit in range(20, 131, 10)),
    *(("arrow", degrees) for degrees in range(0, 360, 45)),
    *(("minimum", str(speed)) for speed in range(30, 81, 10)),
    *(("weight", f"{tons}t") for tons in ("2", "2.8", "3.5", "5", "6", "7.5", "12", "16")),
]


def road_signs(picture):
    """Speed limits, arrows and the like, always at the same place before the same sky."""
    page = Page.blank((400, 400), ground=(196, 214, 230), oversample=3)
    (name, value), turn = picture.choice_of(SIGNS)
    page.box((192, 200, 208, 400), (130, 134, 138))
    if name in ("limit", "weight"):
        page.disc(200, 180, 140, (200, 20, 30))
        page.disc(200, 180, 108, "white")
        page.text((200, 182), value, 100 if name == "limit" else 80, anchor="mm")
    elif name == "end":
        page.disc(200, 180, 140, (60, 60, 60))
        page.disc(200, 180, 136, "white")
        page.text((200, 182), value, 100, (170, 170, 170), anchor="mm")
        for offset in (-24, 0, 24):
            page.line((110 + offset, 270 + offset / 3, 290 + offset, 90 + offset / 3), 6, (60, 60, 60))
    else:
        page.disc(200, 180, 140, "white")
        page.disc(200, 180, 134, (10, 80, 160))
        if name == "arrow":
            page.arrow(200, 180, 190, value, "white")
        else:
            page.text((200, 182), value, 100, "white", anchor="mm")
    if turn:
        page.box((120, 330, 280, 385), "white", "black", 3)
        page.text((200, 358), f"{100 * turn} m", 40, anchor="mm")
    return page.finish()


def nearly_empty(picture):
    """White pages with one small thing; a few have nothing but their own tone of paper."""
    number, rng = picture.number, picture.rng
    if picture.variant == "blank":
        shade = number // 15
        return document(picture, (255 - shade, 255 - shade, 255 - 2 * shade)).finish()
    page = document(picture)
    x, y = rng.uniform(120, 1000), rng.uniform(120, 1500)
    match picture.variant:
        case "page number":
            page.text((A4 / 2, 1660), str(number + 1), 24, anchor="ma")
        case "stamp":
            page.disc(x + 50, y + 50, 50, None, (160, 30, 60), 4)
            page.text((x + 50, y + 50), rng.choice(("PAID", "COPY", "SEEN")), 26, (160, 30, 60), "mm")
        case "hairline":
            across = rng.random() < 0.5
            length = rng.uniform(80, 120)
            page.line((x, y, x + length, y) if across else (x, y, x, y + length), 1, (90, 90, 90))
        case "word":
            page.text((x, y), rng.choice(WORDS), 30)
    return page.finish()


def nearly_empty_variant(number):
    if number % 15 == 14:
        return "blank"
    return ("page number", "stamp", "hairline", "word")[number // 2 % 4]


def night_sky(picture):
    """Few stars on black, at other places."""
    page, rng = Page.blank((1280, 853), ground=(4, 5, 10), oversample=2), picture.rng
    for _ in range(rng.randint(14, 26)):
        x, y, radius = rng.uniform(10, 1270), rng.uniform(10, 843), rng.uniform(0.8, 3)
        light = rng.randint(150, 255)
        page.disc(x, y, 2 * radius, (light // 5, light // 5, light // 4))
        page.disc(x, y, radius, (light, light, min(255, light + 10)))
    return page.finish()


def slides(picture):
    """One theme, other titles and bullet points."""
    page, rng = Page.blank((1280, 720)), picture.rng
    page.box((0, 0, 1280, 130), (24, 60, 110))
    page.box((0, 130, 1280, 138), (240, 160, 40))
    page.text((70, 40), sentence(rng, 3, 4), 50, "white")
    for bullet in range(5):
        y = 200 + 86 * bullet
        page.disc(90, y + 20, 8, (240, 160, 40))
        page.text((120, y), sentence(rng, 4, 8), 34, (40, 40, 40))
    page.text((70, 672), "Northwind Supplies Ltd", 20, GREY)
    page.text((1210, 672), str(rng.randint(2, 60)), 20, GREY, "ra")
    return page.finish()


def maps(picture):
    """Streets, parks and a river in one palette."""
    page, rng = Page.blank((800, 800), ground=(242, 239, 233), oversample=2), picture.rng
    for _ in range(4):
        x, y, radius = rng.uniform(0, 800), rng.uniform(0, 800), rng.uniform(60, 150)
        corners = [
            (x + radius * math.cos(turn), y + radius * rng.uniform(0.6, 1) * math.sin(turn))
            for turn in range(6)
        ]
        page.polygon([number for corner in corners for number in corner], (200, 224, 180))
    river = [(x, rng.uniform(100, 700)) for x in range(-100, 1000, 220)]
    page.line(curve(river), 34, (170, 205, 225))
    lines = []
    turn = rng.uniform(0, math.pi / 2)
    for direction in (turn, turn + math.pi / 2):
        ahead, aside = (math.cos(direction), math.sin(direction)), (-math.sin(direction), math.cos(direction))
        offset = -600 + rng.uniform(0, 60)
        while offset < 600:
            x, y = 400 + offset * aside[0], 400 + offset * aside[1]
            start, end = sorted((rng.uniform(-800, 400), rng.uniform(-400, 800)))
            lines.append((x + start * ahead[0], y + start * ahead[1], x + end * ahead[0], y + end * ahead[1]))
            offset += rng.uniform(40, 110)
    west, middle, east = (
        rng.uniform(0, 800),
        (rng.uniform(300, 500), rng.uniform(200, 600)),
        rng.uniform(0, 800),
    )
    north, centre, south = rng.uniform(0, 800), rng.uniform(200, 600), rng.uniform(0, 800)
    roads = [
        curve([(-20, west), middle, (820, east)]),
        curve([(north, -20), (centre, 400), (south, 820)]),
    ]
    for streets, width, fill in ((lines, 9, "white"), (roads, 17, (250, 218, 130))):
        for points in streets:
            page.line(points, width + 4, (190, 184, 176))
        for points in streets:
            page.line(points, width, fill)
    for _ in range(6):
        page.text((rng.uniform(40, 640), rng.uniform(40, 740)), rng.choice(STREETS), 16, (80, 80, 80))
    return page.finish()


# Shapes in a square of 100 units: the name, then for a polygon and a box its points, for a disc
# its centre and radius, for a line its width and points. A minus cuts out.
SYMBOLS = [
    [("disc", 50, 50, 30)],
    [("disc", 50, 50, 30), ("-disc", 50, 50, 20)],
    [("box", 22, 22, 78, 78)],
    [("box", 22, 22, 78, 78), ("-box", 32, 32, 68, 68)],
    [("polygon", 50, 20, 82, 76, 18, 76)],
    [("polygon", 50, 80, 82, 24, 18, 24)],
    [("polygon", 30, 20, 82, 50, 30, 80)],
    [("polygon", 70, 20, 18, 50, 70, 80)],
    [("polygon", 50, 16, 84, 50, 50, 84, 16, 50)],
    [("box", 43, 20, 57, 80), ("box", 20, 43, 80, 57)],
    [("box", 20, 43, 80, 57)],
    [("line", 14, 26, 26, 74, 74), ("line", 14, 74, 26, 26, 74)],
    [("line", 14, 22, 52, 42, 72, 78, 30)],
    [("polygon", 50, 18, 86, 50, 14, 50), ("box", 28, 48, 72, 80), ("-box", 44, 60, 56, 80)],  # house
    [("box", 16, 28, 84, 72), ("-line", 5, 18, 32, 50, 56, 82, 32)],  # envelope
    [("disc", 44, 44, 24), ("-disc", 44, 44, 15), ("line", 11, 60, 60, 80, 80)],  # magnifying glass
    [("disc", 50, 40, 20), ("-disc", 50, 40, 12), ("box", 26, 44, 74, 80)],  # lock
    [("disc", 36, 38, 17), ("disc", 64, 38, 17), ("polygon", 21, 46, 79, 46, 50, 82)],  # heart
    [("disc", 50, 50, 30), ("-disc", 62, 42, 26)],  # moon
    [("box", 24, 56, 36, 80), ("box", 44, 40, 56, 80), ("box", 64, 22, 76, 80)],  # signal
    [("box", 30, 22, 44, 78), ("box", 56, 22, 70, 78)],  # pause
    [("box", 26, 18, 34, 84), ("polygon", 34, 20, 78, 34, 34, 50)],  # flag
    [("disc", 50, 50, 32), ("-disc", 50, 50, 26), ("line", 6, 50, 30, 50, 52, 66, 60)],  # clock
    [("box", 18, 26, 46, 40), ("box", 18, 34, 82, 76)],  # folder
    *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
]


def icons(picture):
    """Flat symbols and letters on one ground."""
    side = picture.rng.choice((128, 192, 256, 512))
    ground = (0, 121, 140)
    page = Page.blank((side, side), 100, ground, oversample=4)
    symbol, turn = picture.choice_of(SYMBOLS)
    if isinstance(symbol, str):
        page.text((50, 51), symbol, 72, "white", "mm")
    else:
        page.shapes(symbol, (0, 0), 100, "white", ground)
    if turn:
        page.disc(82, 18, 14, (220, 40, 40))
        page.text((82, 18), str(turn), 18, "white", "mm")
    return page.finish()


BURST_SIDE = 8  # frames of one photo: 8 x 8 camera positions
BURST_STEP = 0.036  # of the frame's width and height


def burst(picture):
    """One photo taken again: the camera moved and a ball is elsewhere.

    Camera positions lie on a lattice: neighbours are 3 to 4 % of the frame apart, their neighbours
    7 to 8 %, and no two less than 3 %.
    """
    rng = picture.rng
    series, frame = divmod(picture.number, BURST_SIDE**2)
    other = picture.photos[series % len(picture.photos)]
    photo = picture.photo(other) if series else picture.named_photo("seeding")
    travel = BURST_STEP * BURST_SIDE
    width, height = (int(side / (1 + travel)) for side in photo.size)
    row, column = divmod(frame, BURST_SIDE)
    left, top = (
        int(side * (BURST_STEP * (place + 0.5) + rng.uniform(-0.003, 0.003)))
        for side, place in ((width, column), (height, row))
    )
    window = photo.crop((left, top, left + width, top + height))
    image = window.resize((1200, round(1200 * height / width)), Image.Resampling.LANCZOS)
    page = Page(image)
    x, y = rng.uniform(60, 1140), rng.uniform(60, image.height - 60)
    page.disc(x, y, 46, (225, 110, 30))
    page.disc(x - 14, y - 14, 12, (255, 190, 130))
    return page.finish()


LETTER = """Dear Ms Keller,

we have received your letter of 4 March and have read it with care. The matter has been discussed at
length by the board, which met last week, and the minutes will reach you by the end of the month.

You asked us to repair the roof of the house at 14 Mill Lane before the winter, and to bear the cost
of the work up to an amount of {amount} euros.

Our answer is {answer}.

Should you have further questions, please write to the address above or call us on any working day
between nine and four. We thank you for your patience and remain

Yours sincerely,"""
ANSWERS = "yes", "no"


def letters(picture):
    """One letter in which only the answer, only the amount, or both differ.

    Of four letters in a row two have one amount and two the other, and two each say yes and no.
    """
    page = document(picture)
    page.text((150, 120), "Hill & Partners", 44)
    page.text((150, 180), "9 Church Walk, 31224 Norwich", 24, GREY)
    page.text((1090, 300), "21 March 2025", 26, anchor="ra")
    turn = picture.number // 4 * 2 + picture.number % 2
    amount = 100 + 119 * turn % 900  # three digits, and 900 amounts before one returns
    text = LETTER.format(amount=amount, answer=ANSWERS[picture.number // 2 % 2])
    y = 420
    for paragraph in text.split("\n\n"):
        for line in wrapped(page, paragraph, 27, 940):
            page.text((150, y), line, 27)
            y += 42
        y += 30
    page.line(scribble(chance("letters/signature"), 160, y + 40, 300, 60), 3, BLUE_INK)
    page.text((150, y + 110), "Karla Moore", 27)
    return page.finish()


SETTINGS = [
    "Wi-Fi", "Bluetooth", "Aeroplane mode", "Mobile data", "Location", "Dark theme",
    "Automatic updates", "Notifications", "Vibration", "Battery saver", "Rotate screen", "Backup",
]  # fmt: skip


def screenshots(picture):
    """A page of settings: other switches and values."""
    page, rng = Page.blank((1080, 1920), ground=(245, 245, 247)), picture.rng
    page.text((40, 18), f"{rng.randint(8, 22):02}:{rng.randint(0, 59):02}", 32)
    page.text((1040, 18), f"{rng.randint(5, 99)} %", 32, anchor="ra")
    page.text((50, 100), "Settings", 64)
    for row, name in enumerate(SETTINGS):
        y = 220 + 104 * row
        page.box((30, y, 1050, y + 96), "white", radius=20)
        page.text((70, y + 48), name, 38, anchor="lm")
        on = rng.random() < 0.5
        page.box((920, y + 22, 1012, y + 74), (52, 178, 90) if on else LIGHT, radius=26)
        page.disc(986 if on else 946, y + 48, 22, "white")
    for row, (name, unit, most) in enumerate(
        (("Brightness", "%", 100), ("Volume", "%", 100), ("Storage", "GB", 128))
    ):
        y = 1490 + 104 * row
        page.box((30, y, 1050, y + 96), "white", radius=20)
        page.text((70, y + 48), name, 38, anchor="lm")
        page.text((1012, y + 48), f"{rng.randint(1, most)} {unit}", 38, GREY, "rm")
    return page.finish()


def tables(picture):
    """A spreadsheet: the same grid, other numbers."""
    page, rng = Page.blank((1280, 800)), picture.rng
    page.box((0, 0, 1280, 60), (33, 115, 70))
    page.text((20, 14), "Budget", 28, "white")
    for row in range(25):
        y = 60 + 30 * row
        for column in range(10):
            x = 60 + 124 * column
            head = row == 0
            page.box((x, y, x + 124, y + 30), (230, 230, 230) if head else "white", LIGHT)
            cell = "ABCDEFGHIJ"[column] if head else money(rng.randint(1000, 999999))
            page.text((x + 116, y + 15), cell, 17, anchor="rm")
        page.box((0, y, 60, y + 30), (230, 230, 230), LIGHT)
        page.text((30, y + 15), str(row) if row else "", 17, anchor="mm")
    return page.finish()


CLEF = [(132, 70), (150, 84), (146, 40), (158, -10), (162, 10), (134, 40), (140, 56), (160, 50), (148, 34)]


def sheet_music(picture):
    """Ten staves, other notes."""
    page, rng = document(picture), picture.rng
    page.text((A4 / 2, 100), "Study for violin", 44, anchor="ma")
    for staff in range(10):
        top = 220 + 144 * staff
        for line in range(5):
            page.line((110, top + 14 * line, 1130, top + 14 * line), 1.5)
        page.line(curve([(x, top + y) for x, y in CLEF]), 4)
        for bar in range(5):
            page.line((1130 - 232 * bar, top, 1130 - 232 * bar, top + 56), 2)
        for beat in range(16):
            x, step = 220 + 58 * beat, rng.randint(-1, 9)  # steps of half a space from the top line
            y = top + 7 * step
            page.pen.ellipse(page.pixels((x - 10, y - 7, x + 10, y + 7)), "black")
            up = step >= 4
            page.line((x + 9, y, x + 9, y - 46) if up else (x - 9, y, x - 9, y + 46), 2.5)
    return page.finish()


def scribble(rng, x, y, width, height):
    """A line as of a pen that writes a name, around the middle line `y`."""
    strokes = rng.randint(9, 14)
    points = [(x, y + rng.uniform(-height, 0))]
    for stroke in range(strokes):
        ahead = x + width * (stroke + 1) / strokes
        reach = height * (1 if stroke < 2 else rng.uniform(0.2, 0.7))
        points.append((ahead + rng.uniform(-0.06, 0.02) * width, y - reach * rng.uniform(0.5, 1)))
        points.append((ahead + rng.uniform(-0.02, 0.08) * width, y + reach * rng.uniform(0.1, 0.7)))
    return curve(points)


def signatures(picture):
    """A scribble on white."""
    page, rng = Page.blank((800, 300), oversample=2), picture.rng
    page.line(scribble(rng, 120, 150, 520, 90), 4, BLUE_INK)
    if rng.random() < 0.5:
        page.line((150, rng.uniform(215, 250), rng.uniform(450, 680), rng.uniform(205, 250)), 4, BLUE_INK)
    return page.finish()


EAN_DIGITS = "0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011".split()


def barcodes(picture):
    """Codes of an article number (EAN-13, all digits of the first set), and the number below."""
    rng = picture.rng
    digits = [rng.randrange(10) for _ in range(12)]
    left = "".join(EAN_DIGITS[digit] for digit in digits[:6])
    right = "".join(EAN_DIGITS[digit] for digit in digits[6:]).translate(str.maketrans("01", "10"))
    modules = f"101{left}01010{right}101"
    page = Page.blank(rng.choice(((230, 130), (345, 195), (460, 260))), 115)
    for place, module in enumerate(modules):
        if module == "1":
            page.pen.rectangle(page.pixels((10 + place, 6, 11 + place - 1 / page.scale, 50)), "black")
    page.text((57, 53), " ".join(str(digit) for digit in digits), 7, anchor="ma")
    return page.finish()


def emblems(picture):
    """Small round, square and six-sided signs with one or two letters or a number."""
    rng = picture.rng
    page = Page.blank((rng.choice((64, 96, 128, 192, 256)),) * 2, 100, "white", oversample=4)
    paint, letters = ((30, 70, 160), (190, 40, 40), (20, 120, 70))[picture.number % 3], picture.number // 3
    match letters % 3:
        case 0:
            page.disc(50, 50, 44, paint)
        case 1:
            page.box((8, 8, 92, 92), paint, radius=16)
        case _:
            page.polygon((50, 4, 92, 27, 92, 73, 50, 96, 8, 73, 8, 27), paint)
    word = rng.choice(WORDS)[:2].capitalize() if letters % 2 else str(rng.randint(2, 99))
    page.text((50, 51), word, 48, "white", "mm")
    return page.finish()


def mugs(picture):
    """A mug in colours of one luma, or another one of the same colour, on white."""
    page, rng = Page.blank((900, 700), oversample=2), picture.rng
    if picture.variant == "colour":
        paint, width, height, bend = equal_luma(picture.number // 2, 110), 300, 360, 0
    else:
        paint = (60, 110, 140)
        width, height, bend = rng.uniform(180, 380), rng.uniform(220, 460), rng.uniform(-60, 60)
    left, top = 450 - width / 2, 350 - height / 2
    handle = height * (0.22 if picture.variant == "colour" else rng.uniform(0.14, 0.32))
    page.disc(left + width, 350, handle, None, paint, 34)
    sides = [(left, top), (left + bend, 350), (left, top + height)]
    outline = curve(sides) + curve([(900 - x, y) for x, y in reversed(sides)])
    page.polygon(outline, paint)
    page.box((left, top - 8, left + width, top + 8), (235, 235, 235), (90, 90, 90), 3, 8)
    return page.finish()


def title_pages(picture):
    """White pages with a heading, an initial, a rule or a small mark."""
    page, rng = document(picture), picture.rng
    match picture.variant:
        case "heading":
            page.text((rng.uniform(150, 500), rng.uniform(200, 900)), sentence(rng, 2, 3), 44)
        case "initial":
            page.text((A4 / 2, 800), f"{rng.choice('AB')} {rng.randint(10, 99)}", rng.choice((24, 90)), anchor="mm")
        case "rule":
            y = rng.uniform(200, 1500)
            page.line((150, y, rng.uniform(700, 1100), y), rng.choice((1, 2, 4)))
        case "mark":
            x, y = rng.uniform(120, 1000), rng.uniform(120, 1500)
            symbol = rng.choice(SYMBOLS[:24])
            page.shapes(symbol, (x, y), rng.uniform(50, 110), (40, 40, 40), "white")
    return page.finish()


def crosswords(picture):
    """One size of grid with other black squares and their numbers."""
    page, rng = Page.blank((picture.rng.choice((600, 900, 1200)),) * 2, 600), picture.rng
    side, cell, number = 13, 42, 1
    black = {(x, y) for x in range(side) for y in range(side) if rng.random() < 0.2}
    black |= {(side - 1 - x, side - 1 - y) for x, y in black}
    for y in range(side):
        for x in range(side):
            left, top = 27 + cell * x, 27 + cell * y
            page.box((left, top, left + cell, top + cell), "black" if (x, y) in black else None, "black", 2)
            if (x, y) not in black and ((x - 1, y) in black or (x, y - 1) in black or 0 in (x, y)):
                page.text((left + 4, top + 3), str(number), 11)
                number += 1
    return page.finish()


@dataclass
class Kind:
    """A kind of strangers: its half, how it is drawn, and what its pictures take in turn."""

    half: str
    draw: Callable[[Picture], Image.Image]
    suffixes: tuple[str, ...] = ("png", "jpg")
    variants: tuple[str, ...] | Callable[[int], str] = ()

    def suffix(self, number):
        return self.suffixes[number % len(self.suffixes)]

    def variant(self, number):
        if callable(self.variants):
            return self.variants(number)
        if not self.variants:
            return None
        return self.variants[number // len(self.suffixes) % len(self.variants)]


# The hard kinds (the first six of either half) are spread evenly.
KINDS = {
    kind.draw.__name__: kind
    for kind in (
        Kind("choose", invoices, variants=("numbers only", "all")),
        Kind("choose", notes, variants=("one line", "two lines", "three lines")),
        Kind("choose", burst, ("jpg",)),
        Kind("choose", chess, ("png",)),
        Kind("choose", road_signs),
        Kind("choose", signatures),
        Kind("choose", text_pages),
        Kind("choose", charts, ("png",), ("bars", "line")),
        Kind("choose", chats, variants=("same layout", "other layout")),
        Kind("choose", night_sky, ("jpg",)),
        Kind("choose", tables, ("png",)),
        Kind("choose", maps),
        Kind("choose", barcodes),
        Kind("choose", emblems, ("png",)),
        Kind("choose", mugs, ("jpg",), ("colour", "shape")),
        Kind("choose", title_pages, variants=("heading", "initial", "rule", "mark")),
        Kind("choose", crosswords),
        Kind("final", letters),
        Kind("final", nearly_empty, variants=nearly_empty_variant),
        Kind("final", memes, ("jpg",)),
        Kind("final", products, ("jpg",), ("colour", "shape")),
        Kind("final", icons, ("png",)),
        Kind("final", forms, variants=("typed", "by hand")),
        Kind("final", receipts),
        Kind("final", qr_codes),
        Kind("final", slides),
        Kind("final", screenshots),
        Kind("final", sheet_music),
    )
}


# ----------------------------------------------------------------------------------------- copies


def q50(image, source):
    return image, "jpg", 50


def half(image, source):
    size = tuple(max(1, side // 2) for side in image.size)
    return image.resize(size, Image.Resampling.LANCZOS), source.suffix[1:], 85


def converted(image, source):
    return image, "png" if source.suffix == ".jpg" else "jpg", 90


def scan(image, source):
    """Noise in the grey level, which is the same in all three channels."""
    seed = zlib.crc32(seeded(f"scan/{source.parent.name}/{source.name}").encode())
    noise = np.random.RandomState(seed).normal(0, 4, (image.height, image.width, 1))
    pixels = np.clip(np.rint(np.asarray(image) + noise), 0, 255).astype(np.uint8)
    return Image.fromarray(pixels), "jpg", 85


def shift(image, source):
    """A hundredth cut off at the left and the top, and the edge repeated at the right and the bottom."""
    right, down = (max(1, round(side / 100)) for side in image.size)
    pixels = np.pad(np.asarray(image)[down:, right:], ((0, down), (0, right), (0, 0)), "edge")
    return Image.fromarray(pixels), source.suffix[1:], 90


# Each takes the picture and its path, and gives the copy, its format, and the quality if that is JPEG.
COPIES = {copy.__name__: copy for copy in (q50, half, converted, scan, shift)}


# ---------------------------------------------------------------------------------------- reposts


def border10(image, rng, turn):
    colour = ("white", "black", tuple(rng.randint(40, 220) for _ in range(3)))[turn % 3]
    return ImageOps.expand(image, round(min(image.size) / 10), colour)


def letterbox(image, rng, turn):
    """Black bars to 9:16 above and below, to 16:9 on the left and right of a tall photo."""
    width, height = image.size
    size = (round(height * 16 / 9), height) if height > width else (width, round(width * 16 / 9))
    return ImageOps.pad(image, size, color="black")


def screenshot(image, rng, turn):
    """Of a phone that shows the photo in an app."""
    ground, ink = (("black", "white"), ("white", "black"))[turn % 2]
    page = Page.blank((1080, 2340), ground=ground)
    photo = ImageOps.contain(image, (1080, 1800), Image.Resampling.LANCZOS)
    page.image.paste(photo, ((1080 - photo.width) // 2, (2340 - photo.height) // 2))
    page.text((50, 30), f"{rng.randint(8, 22):02}:{rng.randint(0, 59):02}", 40, ink)
    for bar in range(4):
        page.box((850 + 16 * bar, 64 - 10 * bar, 860 + 16 * bar, 74), ink)
    page.box((940, 40, 1010, 74), None, ink, 3, 6)
    page.box((946, 46, 946 + rng.randint(10, 58), 68), ink)
    page.disc(90, 170, 44, tuple(rng.randint(60, 220) for _ in range(3)))
    page.text((160, 170), f"{person(rng).replace(' ', '.').lower()}  {sentence(rng, 3)}", 40, ink, "lm")
    for button, symbol in enumerate((17, 14, 9, 15)):  # heart, envelope, plus, magnifying glass
        page.shapes(SYMBOLS[symbol], (60 + 280 * button, 2180), 120, ink, ground)
    return page.finish()


def caption_lines(page, rng, width, top, height):
    """Two lines of black text in a band."""
    for line in range(2):
        text = sentence(rng, 4, 7)
        size = min(height * 0.3, height * 0.3 * 0.92 * width / page.length(text, height * 0.3))
        page.text((width * 0.04, top + height * (0.3 + 0.4 * line)), text, size, anchor="lm")


def caption(image, rng, turn, above):
    band = round(image.height * rng.uniform(0.15, 0.25))
    page = Page.blank((image.width, image.height + band))
    page.image.paste(image, (0, band if above else 0))
    caption_lines(page, rng, image.width, 0 if above else image.height, band)
    return page.finish()


def crop_corner20(image, rng, turn):
    width, height = (round(side * 0.8) for side in image.size)
    left, top = rng.choice((0, image.width - width)), rng.choice((0, image.height - height))
    return image.crop((left, top, left + width, top + height))


def crop30(image, rng, turn):
    width, height = (round(side * 0.7) for side in image.size)
    left, top = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
    return image.crop((left, top, left + width, top + height))


def rotate5_crop(image, rng, turn):
    """Turned by 5 degrees to either side, and cut to the largest upright rectangle inside."""
    width, height = image.size
    sine, cosine = math.sin(math.radians(5)), math.cos(math.radians(5))
    inside = cosine**2 - sine**2
    new_width, new_height = (
        (width * cosine - height * sine) / inside,
        (height * cosine - width * sine) / inside,
    )
    if min(new_width, new_height) <= 0:
        raise ValueError(f"a photo of {width} x {height} is too narrow to be turned and cut")
    turned = image.rotate(rng.choice((-5, 5)), Image.Resampling.BICUBIC)
    left, top = (width - new_width) / 2, (height - new_height) / 2
    return turned.crop(
        (math.ceil(left), math.ceil(top), math.floor(left + new_width), math.floor(top + new_height))
    )


def cut(image, rng, turn, left=0.0, top=0.0, right=0.0, bottom=0.0):
    """Without that share of the width or height at each side."""
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def sticker8(image, rng, turn):
    """A face over 8 % of the area."""
    radius = min(math.sqrt(0.08 * image.width * image.height / math.pi), min(image.size) / 2)
    x, y = rng.uniform(radius, image.width - radius), rng.uniform(radius, image.height - radius)
    box = [round(number) for number in (x - radius, y - radius, x + radius, y + radius)]
    size = box[2] - box[0], box[3] - box[1]
    face = Page.blank(size, 2, (255, 205, 50), oversample=2)
    for eye in (0.65, 1.35):
        face.disc(eye, 0.75, 0.14, (60, 40, 10))
    face.pen.arc(face.pixels((0.5, 0.5, 1.5, 1.5)), 20, 160, (60, 40, 10), face.stroke(0.1))
    mask = Page.blank(size, 2, "black", oversample=2)
    mask.disc(1, 1, 1, "white")
    image = image.copy()
    image.paste(face.finish(), box[:2], mask.finish().convert("L"))
    return image


def watermark(image, rng, turn):
    """Semi-transparent text across the photo, from the left bottom to the right top."""
    side = math.ceil(math.hypot(*image.size))
    layer = Image.new("L", (side, side))
    text = f"© {person(rng)}"
    size = 0.8 * min(image.size)
    size = round(min(size / 4, size * image.width * 0.8 / font(size).getlength(text)), 1)
    ImageDraw.Draw(layer).text((side / 2, side / 2), text, 110, font(size), "mm")
    layer = layer.rotate(math.degrees(math.atan2(image.height, image.width)), Image.Resampling.BICUBIC)
    left, top = (side - image.width) // 2, (side - image.height) // 2
    image = image.copy()
    image.paste("white", (0, 0), layer.crop((left, top, left + image.width, top + image.height)))
    return image


def meme_caption(image, rng, turn):
    page, height = Page(image.copy()), image.height
    meme_text(page, image.width, sentence(rng, 3, 5), height * 0.03, "ma", height * 0.11)
    meme_text(page, image.width, sentence(rng, 3, 5), height * 0.97, "md", height * 0.11)
    return page.finish()


def grey(image, rng, turn):
    return image.convert("L").convert("RGB")


def sepia(image, rng, turn):
    return ImageOps.colorize(image.convert("L"), (30, 18, 8), (255, 240, 210), mid=(150, 112, 74))


def brighter(image, rng, turn):
    return ImageEnhance.Brightness(image).enhance(1.3)


def mirrored(image, rng, turn):
    return ImageOps.mirror(image)


def resaved_twice(image, rng, turn):
    """JPEG q60, then 70 % of the size, then q60 again: see REPOST_QUALITIES."""
    image = through_jpeg(image, 60)
    return image.resize(tuple(round(side * 0.7) for side in image.size), Image.Resampling.LANCZOS)


# Each takes the photo as it was posted, a random source, and the photo's number for what goes in turn.
# A collage has two sources and is made apart from these.
REPOSTS = {
    "border10": border10,
    "letterbox": letterbox,
    "screenshot": screenshot,
    "caption_band": partial(caption, above=True),
    "caption_below": partial(caption, above=False),
    "crop_corner20": crop_corner20,
    "crop30": crop30,
    "rotate5_crop": rotate5_crop,
    "uneven12_left": partial(cut, left=1 / 12),
    "uneven12_left_top": partial(cut, left=1 / 12, top=1 / 12),
    "uneven24": partial(cut, left=1 / 24, top=1 / 24, right=1 / 24, bottom=1 / 24),
    "sticker8": sticker8,
    "watermark": watermark,
    "meme_caption": meme_caption,
    "grey": grey,
    "sepia": sepia,
    "brighter": brighter,
    "mirrored": mirrored,
    "resaved_twice": resaved_twice,
}
REPOST_QUALITY, REPOST_QUALITIES = 85, {"resaved_twice": 60}


def collage(left, right):
    """Two photos side by side, of the height of the lower one, with a small gap."""
    height = min(left.height, right.height)
    left, right = (
        image.resize((round(image.width * height / image.height), height), Image.Resampling.LANCZOS)
        for image in (left, right)
    )
    gap = round(height / 60)
    canvas = Image.new("RGB", (left.width + gap + right.width, height), "white")
    canvas.paste(left, (0, 0))
    canvas.paste(right, (left.width + gap, 0))
    return canvas


# ------------------------------------------------------------------------------- photos and files


@lru_cache(maxsize=2)
def open_photo(path: Path) -> Image.Image:
    """A photo upright and opaque (on white). Do not draw on it: it is kept."""
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def photo_paths(folder: Path):
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)
    if not paths:
        raise SystemExit(f"material.py: no photos in {folder}")
    return paths


def photo_half(photos, path):
    """Photos go to the two halves in turn, whatever is made of them."""
    return ("choose", "final")[photos.index(path) % 2]


def through_jpeg(image, quality):
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def save(image, path: Path, quality=90):
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"quality": quality} if path.suffix == ".jpg" else {}
    image.save(path, **options)


def entry(file, part, kind, half, source=None, transform=None, **more):
    """A line of the manifest."""
    return {
        "file": file,
        "part": part,
        "kind": kind,
        "half": half,
        "source": source,
        "transform": transform,
        **more,
    }


def pixel_digest(image):
    return hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest()


# Each of these works on one task in a process of its own, and gives its entries of the manifest.


def make_stranger(task, out, photos):
    name, number = task
    kind = KINDS[name]
    variant = kind.variant(number)
    picture = Picture(name, number, variant, photos)
    image = kind.draw(picture)
    file = f"strangers/{name}/{number:03}.{kind.suffix(number)}"
    save(image, out / file)
    more = dict(variant=variant, photos=picture.shown, pixels=pixel_digest(image))
    return [entry(file, "strangers", name, kind.half, **more)]


def make_tiles(task, out, photos):
    """The tiles of one photo."""
    path, boxes = task
    entries = []
    for number, box in boxes:
        tile = open_photo(path).crop(box)
        file = f"tiles/{number:04}.jpg"
        save(tile, out / file, 92)
        entries.append(
            entry(
                file, "tiles", "tiles", photo_half(photos, path),
                photos=[path.stem], box=box, contrast=round(contrast(tile), 1), pixels=pixel_digest(tile),
            )
        )  # fmt: skip
    return entries


def make_reposts(task, out, photos):
    """One photo as it was posted, and all its reposts."""
    path, partner = task
    in_half, turn = photo_half(photos, path), photos.index(path)
    file = f"reposts/original/{path.stem}.jpg"
    original = posted(path)
    save(original, out / file, POSTED_QUALITY)
    original = through_jpeg(original, POSTED_QUALITY)
    shown = [path.stem]
    entries = [entry(file, "reposts", "photos", in_half, transform="original", photos=shown)]
    for name, change in REPOSTS.items():
        image = change(original, chance(f"{name}/{path.stem}"), turn)
        repost = f"reposts/{name}/{path.stem}.jpg"
        save(image, out / repost, REPOST_QUALITIES.get(name, REPOST_QUALITY))
        entries.append(entry(repost, "reposts", "photos", in_half, file, name, photos=shown))
    if partner:
        image = collage(original, through_jpeg(posted(partner), POSTED_QUALITY))
        repost = f"reposts/collage/{path.stem}.jpg"
        save(image, out / repost, REPOST_QUALITY)
        sources = [file, f"reposts/original/{partner.stem}.jpg"]
        both = dict(sources=sources, photos=[path.stem, partner.stem])
        entries.append(entry(repost, "reposts", "photos", in_half, None, "collage", **both))
    return entries


def make_copies(original, out, photos):
    source = Path(original["file"])
    with Image.open(out / source) as image:
        image = image.convert("RGB")
    entries = []
    for name, change in COPIES.items():
        copied, suffix, quality = change(image, source)
        file = f"copies/{name}/{original['kind']}/{source.stem}.{suffix}"
        save(copied, out / file, quality)
        kept = {key: original[key] for key in ("variant", "contrast", "photos") if key in original}
        entries.append(
            entry(file, "copies", original["kind"], original["half"], original["file"], name, **kept)
        )
    return entries


POSTED_SIDE, POSTED_QUALITY = 1600, 92


def posted(path):
    """A photo as it is first put on the net."""
    image = open_photo(path).copy()
    image.thumbnail((POSTED_SIDE, POSTED_SIDE), Image.Resampling.LANCZOS)
    return image


# More small tiles than large ones, so that there are enough of them.
TILE_SIDES = {160: 6, 200: 3, 240: 2, 320: 1, 400: 1}  # pixels: weight
FLAT = 1.0  # a tile with less contrast shows nothing and is left out


def tile_boxes(size, rng):
    """Squares in rows, each row of one size; none overlaps another."""
    width, height = size
    top = 0
    while height - top >= min(TILE_SIDES):
        sides = [side for side in TILE_SIDES if side <= height - top]
        side = rng.choices(sides, [TILE_SIDES[side] for side in sides])[0]
        for left in range(0, width - side + 1, side):
            yield left, top, left + side, top + side
        top += side


def contrast(image):
    """The standard deviation of luma, in levels."""
    return float(np.asarray(image.convert("L")).std())


def tile_tasks(photos, count):
    """For each large photo its numbered tiles, `count` in all if there is room for so many."""
    boxes = []
    for path in photos:
        photo = open_photo(path)
        if photo.width * photo.height >= LARGE_PHOTO:
            squares = tile_boxes(photo.size, chance(f"tiles/{path.stem}"))
            boxes += [(path, box) for box in squares if contrast(photo.crop(box)) >= FLAT]
    if len(boxes) < count:
        print(f"tiles: there is room for {len(boxes)} only", file=sys.stderr)
    if len(boxes) > count:
        chosen = sorted(chance("tiles").sample(range(len(boxes)), count))
        boxes = [boxes[index] for index in chosen]
    tasks = {}
    for number, (path, box) in enumerate(boxes):
        tasks.setdefault(path, []).append((number, box))
    return list(tasks.items())


def repost_tasks(photos):
    """Each photo with its partner in the collage, which is of the same half."""
    for path in photos:
        peers = [peer for peer in photos if photo_half(photos, peer) == photo_half(photos, path)]
        partner = peers[(peers.index(path) + max(1, len(peers) // 3)) % len(peers)]
        yield path, partner if partner != path else None


# ------------------------------------------------------------------------------------------- main


def run(pool, part, work, tasks):
    """The entries of all tasks, sorted by file; tells of progress."""
    tasks, entries, start = list(tasks), [], time.monotonic()
    for done, made in enumerate(pool.imap_unordered(work, tasks), 1):
        entries += made
        if done % 100 == 0 or done == len(tasks):
            seconds = time.monotonic() - start
            print(
                f"{part}: {done} of {len(tasks)} tasks, {len(entries)} files, {seconds:.0f} s",
                file=sys.stderr,
            )
    return sorted(entries, key=lambda made: made["file"])


def check_different(entries):
    """Strangers must be strangers: no two may have the same pixels. Takes the digests away."""
    seen = {}
    for made in entries:
        other = seen.setdefault(made.pop("pixels"), made["file"])
        if other != made["file"]:
            raise SystemExit(f"material.py: {made['file']} and {other} are the same picture")
    return entries


def write_manifest(out, entries):
    lines = ",\n".join(json.dumps(made) for made in entries)
    (out / "MANIFEST.json").write_text(f"[\n{lines}\n]\n")


def help_epilog():
    kinds = {
        in_half: ", ".join(name for name, kind in KINDS.items() if kind.half == in_half)
        for in_half in ("choose", "final")
    }
    return f"""kinds of strangers:
  choose: {kinds["choose"]}
  final:  {kinds["final"]}

MANIFEST.json is a list with one entry for each file:
  file       path in OUT
  part       strangers, tiles, reposts or copies
  kind       a kind above, "tiles", or "photos" for reposts
  half       choose or final
  source     the file this one is a copy or a repost of; null for what is original, and for a collage
  sources    a collage: the files of both photos
  transform  how it was made of its source; "original" for a photo as posted; null for strangers and tiles
  variant    what is special about a stranger within its kind
  photos     the photos that it shows, in whole or in part
  contrast   a tile: standard deviation of its luma. Of tiles with little contrast even people cannot
             say what they show
  box        a tile: its place in the photo

Two files are duplicates by right if one is the source of the other or both have one source in
common. Any other two are strangers, unless one photo is in both: a tile, a meme or a frame of burst
is no stranger to the reposts of the photo that it was made of.

examples:
  material.py /tmp/material --photos photos             everything (about ten minutes)
  material.py /tmp/few --photos photos --each 4 --only letters,chess
  material.py /tmp/tiles --photos photos --only tiles   the tiles and their copies

Needs what requirements.txt beside it names.
"""


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=help_epilog(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "out", metavar="OUT", type=Path, help="folder to write to; files of the same name are overwritten"
    )
    parser.add_argument(
        "--photos", metavar="DIR", type=Path, required=True, help="folder with photos (JPEG, PNG)"
    )
    parser.add_argument("--each", type=int, default=60, help="strangers of each kind (%(default)s)")
    parser.add_argument("--tiles", type=int, default=2000, help="tiles at most (%(default)s)")
    parser.add_argument(
        "--half", choices=("choose", "final", "all"), default="all",
        help="only the kinds and photos of one half",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="other words, numbers and places (%(default)s)")
    parser.add_argument(
        "--only", metavar="KIND,...", type=lambda text: text.split(","), default=[*KINDS, "tiles", "reposts"],
        help="only these kinds of strangers, tiles, reposts",
    )  # fmt: skip
    given = parser.parse_args()
    unknown = set(given.only) - {*KINDS, "tiles", "reposts"}
    if unknown:
        parser.error(f"unknown kind: {', '.join(sorted(unknown))}")
    return given


def main():
    given = arguments()
    set_seed(given.seed)
    out, photos = given.out, photo_paths(given.photos)
    out.mkdir(parents=True, exist_ok=True)

    def in_half(half):
        return given.half in ("all", half)

    def of_half(tasks):
        """Those that begin with a photo of the half."""
        return [task for task in tasks if in_half(photo_half(photos, task[0]))]

    with Pool(PROCESSES, set_seed, (given.seed,)) as pool:

        def part(name, work, tasks):
            return run(pool, name, partial(work, out=out, photos=photos), tasks)

        kinds = [name for name, kind in KINDS.items() if name in given.only and in_half(kind.half)]
        numbered = [(kind, number) for kind in kinds for number in range(given.each)]
        strangers = part("strangers", make_stranger, numbered)
        tiles = tile_tasks(photos, given.tiles) if "tiles" in given.only else []
        tiles = part("tiles", make_tiles, of_half(tiles))
        check_different(strangers + tiles)
        entries = strangers + tiles
        write_manifest(out, entries)  # so that it can be used before all is there
        copied = [tile for tile in tiles if int(Path(tile["file"]).stem) % COPIED_TILES == 0]
        entries += part("copies", make_copies, strangers + copied)
        write_manifest(out, entries)
        reposts = repost_tasks(photos) if "reposts" in given.only else []
        entries += part("reposts", make_reposts, of_half(reposts))
        write_manifest(out, entries)


if __name__ == "__main__":
    main()
