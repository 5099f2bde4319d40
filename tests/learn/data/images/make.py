#!/usr/bin/env python3
"""Writes the images beside this file, and images.inl with the pixels that they hold.

usage: make.py        needs Pillow (JPEG alone: PNG files are put together here, from the specification)
"""
import io
import struct
import zlib
from pathlib import Path

import numpy
from PIL import Image

HERE = Path(__file__).parent
HEIGHT, WIDTH = 5, 7
expected = []  # (file, channels, pixels [height, width, channels] as they should be read)


def value(y, x, c):
    """The pattern of all images, 0 to 255."""
    return (37 * x + 61 * y + 83 * c + x * y) % 256


def pattern(channels, height=HEIGHT, width=WIDTH):
    return numpy.array([[[value(y, x, c) for c in range(channels)] for x in range(width)] for y in range(height)], numpy.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack(rows, depth):
    """Samples of `depth` bits, a row starting at a byte; each row behind filter type 0."""
    out = b""
    for row in rows:
        if depth == 16:
            packed = b"".join(struct.pack(">H", int(s)) for s in row)
        else:
            bits = "".join(format(int(s), f"0{depth}b") for s in row)
            bits += "0" * (-len(bits) % 8)
            packed = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + packed
    return out


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]  # y, x, step of y, of x


def png(samples, depth, color_type, before=b"", interlaced=False):
    """samples [height, width, channels]."""
    height, width, channels = samples.shape
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    if interlaced:
        raw = b""
        for y, x, dy, dx in ADAM7:
            part = samples[y::dy, x::dx]
            if part.size:
                raw += pack(part.reshape(part.shape[0], -1), depth)
    else:
        raw = pack(samples.reshape(height, width * channels), depth)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def add(name, data, pixels):
    (HERE / name).write_bytes(data)
    expected.append((name, pixels.shape[2], pixels))


def on_white(pixels, alpha):
    return numpy.floor((pixels.astype(int) * alpha + 255 * (255 - alpha)) / 255 + 0.5).astype(numpy.uint8)


gray, rgb = pattern(1), pattern(3)
alpha = numpy.array([[[(50 * x + 40 * y) % 256] for x in range(WIDTH)] for y in range(HEIGHT)])
add("gray.png", png(gray, 8, 0), gray)
bits = gray // 128
add("gray1.png", png(bits, 1, 0), bits * 255)
four = gray // 16
add("gray4.png", png(four, 4, 0), four * 17)
sixteen = gray.astype(int) * 257 + 100  # rounds to itself, or to the next
add("gray16.png", png(numpy.minimum(sixteen, 65535), 16, 0), numpy.floor(numpy.minimum(sixteen, 65535) / 257 + 0.5).astype(numpy.uint8))
add("rgb.png", png(rgb, 8, 2), rgb)
add("rgb16.png", png(rgb.astype(int) * 257, 16, 2), rgb)
add("interlaced.png", png(rgb, 8, 2, interlaced=True), rgb)
colors = numpy.array([[255, 0, 0], [0, 200, 10], [30, 60, 255], [9, 9, 9]], numpy.uint8)
index = (gray % 4).astype(int)
add("palette.png", png(index, 2, 3, chunk(b"PLTE", colors.tobytes())), colors[index[:, :, 0]])
add("palette_transparent.png", png(index, 2, 3, chunk(b"PLTE", colors.tobytes()) + chunk(b"tRNS", bytes([255, 0, 100]))),
    on_white(colors[index[:, :, 0]], numpy.array([255, 0, 100, 255])[index[:, :, 0]][:, :, None]))
add("rgba.png", png(numpy.concatenate([rgb, alpha], 2), 8, 6), on_white(rgb, alpha))
add("gray_alpha.png", png(numpy.concatenate([gray, alpha], 2), 8, 4), on_white(gray, alpha))
add("gray_as_rgb.png", png(numpy.repeat(gray, 3, 2), 8, 2), gray)


def smooth(channels, height=16, width=24):
    """What JPEG keeps nearly as it is."""
    return numpy.array([[[min(255, 20 + 6 * x + 4 * y + 15 * c) for c in range(channels)] for x in range(width)] for y in range(height)], numpy.uint8)


def jpeg(pixels, mode, **options):
    out = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels, mode).save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def decoded(data, mode):
    """As Pillow decodes it."""
    pixels = numpy.asarray(Image.open(io.BytesIO(data)).convert(mode))
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


for name, channels, mode, options in [("gray.jpg", 1, "L", {}), ("rgb.jpg", 3, "RGB", {}), ("progressive.jpg", 3, "RGB", {"progressive": True})]:
    data = jpeg(smooth(channels), mode, **options)
    add(name, data, decoded(data, mode))
inks = numpy.concatenate([smooth(3), numpy.full((16, 24, 1), 40, numpy.uint8)], 2)
data = jpeg(inks, "CMYK")
stored = numpy.asarray(Image.open(io.BytesIO(data))).astype(int)  # ink from 0 to 255
add("cmyk.jpg", data, numpy.floor((255 - stored[:, :, :3]) * (255 - stored[:, :, 3:]) / 255 + 0.5).astype(numpy.uint8))
for orientation in range(2, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg(smooth(1, 8, 16), "L", exif=exif)
    turned = decoded(data, "L")[:, :, 0]
    turned = {2: turned[:, ::-1], 3: turned[::-1, ::-1], 4: turned[::-1], 5: turned.T, 6: numpy.rot90(turned, -1),
              7: turned[::-1, ::-1].T, 8: numpy.rot90(turned)}[orientation]
    add(f"orientation{orientation}.jpg", data, turned[:, :, None])

with open(HERE / "images.inl", "w", encoding="utf-8") as out:
    out.write("// Written by make.py: file, height, width, channels, pixels.\n")
    for name, channels, pixels in expected:
        numbers = ",".join(str(int(v)) for v in pixels.reshape(-1))
        out.write(f'{{"{name}", {pixels.shape[0]}, {pixels.shape[1]}, {channels}, {{{numbers}}}}},\n')
