#!/usr/bin/env python3
"""Draws the images in shapes/: circles, squares and triangles of 20 x 20 pixels, gray, as PNG."""
import random
import struct
import zlib
from pathlib import Path

SIDE, EACH = 20, 12


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows):
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def inside(shape, x, y, r):
    if shape == "circle":
        return x * x + y * y <= r * r
    if shape == "square":
        return max(abs(x), abs(y)) <= 0.85 * r
    return -0.7 * r <= y <= r and abs(x) <= (y + 0.7 * r) / 1.7 * 1.1


random.seed(1)
for shape in ("circle", "square", "triangle"):
    folder = Path(__file__).parent / "shapes" / shape
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(EACH):
        r, cx, cy = random.uniform(5, 8), random.uniform(8.5, 10.5), random.uniform(8.5, 10.5)
        ink, paper = random.randrange(160, 250), random.randrange(5, 60)
        rows = [[ink if inside(shape, x - cx, y - cy, r) else paper for x in range(SIDE)] for y in range(SIDE)]
        (folder / f"{i + 1:02}.png").write_bytes(png(rows))
