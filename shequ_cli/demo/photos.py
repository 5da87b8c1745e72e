"""Photos of the demo community, drawn: simple scenes with a caption.

A name such as `pipe` is the damage, `pipe_done` the same scene after the repair.
"""

import functools
import io
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (960, 720)
# Drawn larger and shrunk, for smooth edges.
SCALE = 2
QUALITY = 84
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
)
CAPTIONS = {
    "tile": "电梯厅 地砖松动",
    "tile_cone": "已架警示牌",
    "tile_done": "新地砖已铺好",
    "lamp": "灯不亮",
    "lamp_done": "灯已换好",
    "pipe": "水管接头漏水",
    "pipe_done": "接头已换 试压不漏",
    "tap": "龙头滴水",
    "tap_done": "阀芯已换",
    "drain": "下水堵了",
    "drain_done": "已疏通",
    "kettle": "插电没反应",
    "kettle_done": "已修好 通电正常",
    "lock": "门锁坏了",
    "lock_done": "锁已修好",
    "radiator": "暖气不热",
    "radiator_done": "已放气 热了",
    "ceiling": "天花板渗水",
    "ceiling_done": "漏点已修 吊顶装回",
    "wall": "外墙开裂",
    "lift": "电梯故障",
    "lift_done": "电梯已恢复",
    "bin": "垃圾未清",
    "bin_done": "已清运",
    "tree": "树枝挡光",
    "tree_done": "已修剪",
    "box": "旧衣回收箱",
    "wheelchair": "轮椅已修好",
}
INK, WATER, GREEN, RED = "#37474f", "#4fa3d8", "#4c9a5b", "#d9534f"


class Scene:
    """A canvas in units of the finished picture."""

    def __init__(self, wall, floor, horizon=520):
        self.image = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), wall)
        self.draw = ImageDraw.Draw(self.image)
        self.box(0, horizon, SIZE[0], SIZE[1], floor)
        self.box(0, horizon - 14, SIZE[0], horizon, "#b9aa98")

    def box(self, left, top, right, bottom, fill, outline=None, radius=0, width=4):
        self.draw.rounded_rectangle(
            [value * SCALE for value in (left, top, right, bottom)],
            radius * SCALE,
            fill,
            outline,
            width * SCALE,
        )

    def oval(self, left, top, right, bottom, fill=None, outline=None, width=4):
        box = [value * SCALE for value in (left, top, right, bottom)]
        self.draw.ellipse(box, fill, outline, width * SCALE)

    def line(self, points, fill=INK, width=6):
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill, width * SCALE, joint="curve")

    def shape(self, points, fill):
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill)

    def drop(self, x, y, size=14):
        self.shape([(x, y - 2 * size), (x - size, y), (x + size, y)], WATER)
        self.oval(x - size, y - size, x + size, y + size, WATER)

    def tick(self):
        """The sign of work that is done."""
        self.oval(800, 40, 910, 150, GREEN)
        self.line([(826, 96), (848, 120), (886, 72)], "white", 13)

    def glow(self, x, y, radius, colour, strength=150):
        layer = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(layer).ellipse(
            [v * SCALE for v in (x - radius, y - radius, x + radius, y + radius)],
            strength,
        )
        layer = layer.resize((240, 180)).filter(ImageFilter.GaussianBlur(22))
        layer = layer.resize(self.image.size)
        self.image.paste(Image.new("RGB", self.image.size, colour), mask=layer)
        self.draw = ImageDraw.Draw(self.image)

    def shade(self, strength):
        dark = Image.new("RGB", self.image.size, "#10151c")
        self.image = Image.blend(self.image, dark, strength)
        self.draw = ImageDraw.Draw(self.image)

    def jpeg(self, caption):
        # The grain of a phone's camera.
        image = Image.blend(self.image.reduce(SCALE), _grain(), 0.07)
        self._caption(image, caption)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()

    @staticmethod
    def _caption(image, caption):
        path = next((path for path in FONTS if Path(path).is_file()), None)
        if not path or not caption:
            return
        draw = ImageDraw.Draw(image, "RGBA")
        font = ImageFont.truetype(path, 34)
        width = draw.textlength(caption, font)
        draw.rounded_rectangle([28, 640, 68 + width, 700], 14, (0, 0, 0, 120))
        draw.text((48, 646), caption, "white", font)


@functools.cache
def _grain():
    return Image.effect_noise(SIZE, 26).convert("RGB")


def _tile(done, cone=False):
    scene = Scene("#e8e2d8", "#cfd4d6", 250)
    scene.box(90, 20, 330, 240, "#b7bec4", "#8c979f", 4, 8)
    scene.line([(210, 24), (210, 238)], "#8c979f", 5)
    scene.box(370, 110, 400, 160, "#5f6b73", radius=6)
    rows = [250, 330, 440, 580, 760]
    for row in rows[1:]:
        scene.line([(0, row), (960, row)], "#a7b0b4", 4)
    for column in range(-6, 14):
        scene.line(
            [(480 + (column - 4) * 120, 250), (480 + (column - 4) * 260, 720)],
            "#a7b0b4",
            4,
        )
    corners = [(424, 446), (684, 446), (720, 574), (390, 574)]
    if done:
        scene.shape(corners, "#dfe6ea")
        scene.line([*corners, corners[0]], "#8f9aa0", 6)
        scene.tick()
        return scene
    scene.shape([(x + 14, y + 20) for x, y in corners], "#7d868a")
    scene.shape([(418, 428), (676, 446), (714, 552), (386, 560)], "#d9dee0")
    scene.line([(418, 428), (500, 480), (470, 520), (560, 556)], "#6b7479", 5)
    scene.line([(500, 480), (600, 460), (676, 446)], "#6b7479", 4)
    if cone:
        scene.shape([(770, 330), (720, 580), (820, 580)], "#f0762b")
        scene.shape([(752, 420), (742, 470), (798, 470), (788, 420)], "white")
        scene.box(696, 576, 844, 602, "#e0641c", radius=6)
        scene.line([(200, 470), (770, 400)], "#f3c531", 12)
        scene.box(150, 380, 250, 590, "#f3c531", INK, 8, 5)
        scene.shape([(200, 420), (168, 490), (232, 490)], INK)
    return scene


def _lamp(done):
    scene = Scene("#d9d3c4", "#a79c8c")
    scene.box(560, 190, 800, 520, "#8a6f55", "#6b543f", 6, 8)
    scene.oval(760, 350, 784, 374, "#d8c27a")
    scene.line([(300, 0), (300, 90)], INK, 8)
    scene.shape([(220, 150), (380, 150), (330, 88), (270, 88)], "#5b6770")
    scene.oval(258, 130, 342, 214, "#fff3b8" if done else "#8d9399", INK, 4)
    if done:
        scene.glow(300, 200, 330, "#fff2bf", 120)
        scene.tick()
        return scene
    scene.shade(0.55)
    for start, end in (((360, 220), (400, 250)), ((240, 220), (200, 250))):
        scene.line([start, end], "#c9ced2", 5)
    return scene


def _pipe(done):
    scene = Scene("#dfe9ea", "#b7c6c8", 600)
    for x in range(0, 960, 120):
        scene.line([(x, 0), (x, 590)], "#cbd8da", 3)
    for y in range(80, 600, 120):
        scene.line([(0, y), (960, y)], "#cbd8da", 3)
    scene.box(0, 280, 960, 340, "#9aa7ad", "#7b888e", 0, 4)
    scene.box(0, 288, 960, 300, "#c3cdd1")
    scene.box(430, 262, 540, 358, "#c9a24b" if done else "#8f7a4a", "#6d5a2c", 12, 5)
    scene.box(450, 340, 520, 600, "#9aa7ad", "#7b888e", 0, 4)
    if done:
        scene.tick()
        return scene
    for number in range(7):
        angle = math.radians(20 + number * 22)
        far = (485 + 260 * math.cos(angle), 350 + 170 * math.sin(angle))
        scene.line([(485, 330), far], "#8cc6ea", 5)
    for x, y in ((400, 430), (560, 450), (360, 530), (620, 520), (470, 560)):
        scene.drop(x, y)
    scene.oval(260, 610, 720, 690, "#7fb9dd")
    return scene


def _tap(done):
    scene = Scene("#eef2f2", "#d5dbdc", 560)
    scene.box(180, 430, 780, 600, "#ffffff", "#c4cccf", 40, 6)
    scene.oval(260, 450, 700, 560, "#e4eaec", "#c4cccf")
    scene.box(455, 250, 505, 450, "#aab4b9", "#7f8b91", 10, 4)
    scene.box(455, 250, 640, 300, "#aab4b9", "#7f8b91", 20, 4)
    scene.box(600, 280, 640, 340, "#aab4b9", "#7f8b91", 8, 4)
    scene.box(420, 200, 540, 240, "#8b979d", "#6d797f", 16, 4)
    if done:
        scene.tick()
        return scene
    for y in (385, 450, 510):
        scene.drop(620, y)
    return scene


def _drain(done):
    scene = Scene("#e3e7e4", "#c6cfcb", 120)
    for x in range(0, 960, 160):
        scene.line([(x, 120), (x, 720)], "#b3bdb8", 4)
    for y in range(120, 720, 160):
        scene.line([(0, y), (960, y)], "#b3bdb8", 4)
    if not done:
        scene.oval(140, 190, 830, 640, "#9db4ae")
        scene.oval(200, 240, 770, 600, "#8aa59d")
    scene.oval(350, 310, 610, 540, "#8b979b", "#5f6b70", 8)
    for step in range(-2, 3):
        scene.line([(400, 425 + step * 34), (560, 425 + step * 34)], "#3d474b", 9)
    if done:
        scene.tick()
    else:
        for x, y in ((300, 330), (650, 360), (430, 250), (560, 580)):
            scene.oval(x, y, x + 30, y + 20, "#c5b48c")
    return scene


def _kettle(done):
    scene = Scene("#f0e6d6", "#b98d63", 540)
    scene.box(330, 500, 620, 548, "#4a4f54", radius=14)
    scene.shape([(370, 250), (580, 250), (620, 500), (330, 500)], "#c7d0d6")
    scene.shape([(400, 260), (440, 260), (410, 490), (360, 490)], "#e4eaee")
    scene.box(410, 214, 540, 252, "#4a4f54", radius=12)
    scene.oval(455, 186, 495, 222, "#2f3438")
    scene.shape([(372, 300), (372, 360), (290, 270), (310, 250)], "#b3bec5")
    scene.line([(585, 270), (690, 300), (690, 430), (612, 470)], "#2f3438", 24)
    scene.line([(620, 535), (760, 540), (830, 440)], "#2f3438", 9)
    scene.oval(460, 510, 480, 530, "#59d26b" if done else "#71797e")
    if done:
        for x in (300, 330, 360):
            wave = [(x, 230), (x - 14, 190), (x + 10, 150), (x - 6, 110)]
            scene.line(wave, "#ffffff", 8)
        scene.tick()
    return scene


def _lock(done):
    scene = Scene("#d8d2c8", "#a89c8b", 640)
    scene.box(160, 30, 640, 640, "#7c5b42", "#5d432f", 6, 10)
    scene.box(210, 80, 590, 290, "#85644a", "#69492f", 6, 5)
    scene.box(210, 350, 590, 600, "#85644a", "#69492f", 6, 5)
    scene.box(540, 280, 620, 470, "#c8ccd0", "#8c959b", 18, 5)
    if done:
        scene.box(470, 325, 600, 355, "#aeb5ba", "#7b858b", 14, 4)
        scene.tick()
    else:
        scene.line([(585, 340), (500, 420)], "#aeb5ba", 26)
        scene.line([(600, 300), (560, 400), (600, 450)], "#59482f", 4)
    scene.oval(566, 400, 596, 430, INK)
    scene.line([(581, 420), (581, 446)], INK, 8)
    return scene


def _radiator(done):
    scene = Scene("#ece4da", "#b08b66", 600)
    scene.box(160, 40, 800, 190, "#bcd6e8", "#ffffff", 6, 14)
    scene.line([(480, 44), (480, 186)], "#ffffff", 12)
    for x in range(180, 790, 76):
        scene.box(x, 300, x + 58, 560, "#f6f6f4", "#c9c9c4", 18, 4)
    scene.line([(120, 540), (190, 540)], "#9aa4a8", 18)
    scene.oval(110, 510, 150, 560, RED)
    if done:
        scene.glow(480, 320, 260, "#ffb27a", 90)
        scene.tick()
    else:
        scene.glow(480, 420, 300, "#9fc4e6", 110)
    return scene


def _ceiling(done):
    scene = Scene("#efeae2", "#b69a7c", 600)
    scene.shape([(0, 0), (960, 0), (800, 250), (160, 250)], "#fbf9f5")
    scene.line([(0, 0), (160, 250), (800, 250), (960, 0)], "#d3cabb", 5)
    scene.line([(160, 250), (160, 590)], "#d9d0c2", 4)
    scene.line([(800, 250), (800, 590)], "#d9d0c2", 4)
    if done:
        scene.box(400, 60, 620, 200, "#ffffff", "#d6cfc3", 4, 4)
        scene.tick()
        return scene
    for grow, colour in ((0, "#e5d6b4"), (26, "#d8c294"), (54, "#c8ab74")):
        scene.oval(340 + grow, 70 + grow // 2, 660 - grow, 210 - grow // 2, colour)
    for x, y in ((470, 290), (520, 360), (500, 450)):
        scene.drop(x, y)
    scene.box(420, 560, 580, 660, "#4f8fc0", "#3a6f98", 12, 5)
    return scene


def _wall(_done):
    scene = Scene("#a9c7dd", "#8fa38a", 640)
    scene.box(180, 0, 860, 640, "#d8b99a", "#b8977a", 0, 6)
    for y in range(40, 640, 40):
        scene.line([(180, y), (860, y)], "#c6a688", 3)
    for x, y in ((250, 80), (560, 80), (250, 340), (560, 340)):
        scene.box(x, y, x + 190, y + 150, "#7fa3ba", "#f4efe8", 4, 10)
    crack = [(500, 0), (520, 90), (480, 180), (530, 270), (490, 360), (540, 470)]
    scene.line([*crack, (500, 640)], "#54412f", 9)
    scene.line([(530, 270), (600, 310), (640, 300)], "#54412f", 6)
    scene.box(446, 500, 560, 580, "#8d8377")
    return scene


def _lift(done):
    scene = Scene("#e2ded6", "#b9b3a8", 640)
    scene.box(220, 60, 740, 640, "#8e979d", "#6c757b", 4, 12)
    gap = 0 if done else 60
    scene.box(240, 80, 476 - gap, 640, "#c9d0d4", "#a3adb2", 0, 4)
    scene.box(484 + gap, 80, 720, 640, "#c9d0d4", "#a3adb2", 0, 4)
    scene.box(420, 10, 540, 54, "#20262a", radius=8)
    scene.shape(
        [(480, 18), (460, 46), (500, 46)]
        if done
        else [(460, 20), (500, 20), (480, 46)],
        "#59d26b" if done else RED,
    )
    scene.box(790, 300, 840, 400, "#f5f5f2", "#9aa4a8", 10, 4)
    scene.oval(802, 312, 828, 338, "#59d26b" if done else "#b5bcc0")
    scene.oval(802, 360, 828, 386, "#b5bcc0")
    if done:
        scene.tick()
    else:
        scene.box(330, 330, 630, 430, "#f3c531", INK, 10, 5)
        scene.shape([(480, 346), (440, 414), (520, 414)], INK)
    return scene


def _bin(done):
    scene = Scene("#cfdcd3", "#aab3a6", 470)
    for x, colour in ((220, "#3f7fbf"), (430, "#4c9a5b"), (640, "#7c7f86")):
        scene.shape([(x, 250), (x + 160, 250), (x + 145, 520), (x + 15, 520)], colour)
        scene.box(x - 10, 226, x + 170, 254, colour, INK, 8, 3)
    if done:
        scene.tick()
        return scene
    for x, y, colour in (
        (180, 540, "#e6e1d6"),
        (330, 560, "#46515a"),
        (520, 550, "#e8c9a0"),
        (690, 565, "#46515a"),
        (600, 590, "#f0efe8"),
    ):
        scene.oval(x, y - 60, x + 130, y + 50, colour, "#5f6468", 3)
    return scene


def _tree(done):
    scene = Scene("#bfe0f0", "#8fbb7a", 560)
    scene.box(560, 60, 900, 560, "#e3d3bd", "#bfae95", 0, 6)
    for y in (110, 260, 410):
        scene.box(620, y, 740, y + 100, "#7fa3ba", "#f4efe8", 4, 8)
    scene.box(330, 330, 380, 600, "#7a5a3c")
    spread = 150 if done else 300
    for x, y in ((355, 220), (280, 270), (430, 260), (355, 150), (480, 200)):
        x = x if not done else min(x, 400)
        half = spread // 2
        scene.oval(x - half, y - half * 0.7, x + half, y + half * 0.7, "#4f9a52")
    if done:
        scene.tick()
    return scene


def _box(_done):
    scene = Scene("#bfe0c8", "#9dbb86", 520)
    scene.box(330, 150, 640, 590, GREEN, "#2f6b3b", 26, 8)
    scene.box(380, 220, 590, 290, "#20382a", radius=16)
    scene.box(400, 340, 570, 470, "#eaf5ea", radius=12)
    scene.line([(440, 380), (470, 365), (500, 365), (530, 380)], GREEN, 12)
    scene.line([(455, 380), (455, 450), (515, 450), (515, 380)], GREEN, 12)
    scene.box(360, 590, 400, 620, INK)
    scene.box(570, 590, 610, 620, INK)
    return scene


def _wheelchair(_done):
    scene = Scene("#efe7da", "#c3a17d", 560)
    scene.line([(340, 160), (400, 180), (420, 380), (600, 380), (660, 540)], INK, 18)
    scene.box(410, 340, 620, 380, "#3f6fa3", radius=10)
    scene.box(392, 180, 430, 370, "#3f6fa3", radius=10)
    scene.oval(310, 350, 560, 600, outline=INK, width=16)
    scene.oval(420, 460, 450, 490, INK)
    scene.oval(610, 530, 690, 610, outline=INK, width=12)
    for x in (700, 780, 860):
        scene.shape([(x - 30, 540), (x + 30, 540), (x + 22, 600), (x - 22, 600)], RED)
        scene.oval(x - 36, 460, x + 36, 545, GREEN)
    return scene


@functools.cache
def photo(name):
    """Return a photo as JPEG bytes."""
    base, _sign, state = name.partition("_")
    painter = globals()[f"_{base}"]
    scene = painter(False, cone=True) if state == "cone" else painter(state == "done")
    return scene.jpeg(CAPTIONS[name])
