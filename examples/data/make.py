#!/usr/bin/env python3
"""Writes cars-large.csv and flowers.csv beside this script. All rows are invented, by these formulas; no row is a real car or flower.

cars-large.csv, 600 rows, for regression of the price:
  age         uniform on 0 .. 25 years, one decimal
  kilometres  age * (8000 .. 22000, uniform), whole tens, at most 350000
  fuel        diesel with probability 0.45, else gasoline
  price       32000 * exp(-age / 9) * (1 - 0.35 * tanh((kilometres - 150000) / 60000) * kilometres / 350000)
              * (1.08 if diesel and age < 8; 0.92 if diesel and older) * (1 + 0.04 * normal), at least 300, whole tens
  so that the effect of the kilometres is a step, and that of the fuel turns round with age: a linear model misses both.

flowers.csv, 300 rows, for classification into three kinds (lengths in millimetres, one decimal):
  kind    petal_length       petal_width             sepal_length                   sepal_width
  alba    normal(14, 2)      normal(3, 1)            30 + petal_length + normal(0, 3)  normal(34, 4)
  rubra   normal(42, 5)      10 + normal(3, 2)       18 + petal_length + normal(0, 3)  normal(28, 3)
  nigra   normal(54, 5)      16 + normal(4, 2.5)     14 + petal_length + normal(0, 3)  normal(30, 3)
  alba is apart from the others; rubra and nigra overlap a little.
"""
import math
import pathlib
import random

here = pathlib.Path(__file__).parent


def cars(rows):
    draw = random.Random(3)
    yield "kilometres,fuel,age,price"
    for _ in range(rows):
        age = round(draw.uniform(0, 25), 1)
        kilometres = min(350000, round(age * draw.uniform(8000, 22000) / 10) * 10)
        diesel = draw.random() < 0.45
        price = 32000 * math.exp(-age / 9)
        price *= 1 - 0.35 * math.tanh((kilometres - 150000) / 60000) * kilometres / 350000
        price *= (1.08 if age < 8 else 0.92) if diesel else 1
        price *= 1 + 0.04 * draw.gauss(0, 1)
        yield f"{kilometres},{'diesel' if diesel else 'gasoline'},{age},{max(300, round(price / 10) * 10)}"


def flowers(rows):
    draw = random.Random(4)
    yield "sepal_length,sepal_width,petal_length,petal_width,kind"
    for i in range(rows):
        kind = ("alba", "rubra", "nigra")[i % 3]
        if kind == "alba":
            length, width, beyond, sepal_width = draw.gauss(14, 2), draw.gauss(3, 1), 30, draw.gauss(34, 4)
        elif kind == "rubra":
            length, width, beyond, sepal_width = draw.gauss(42, 5), 10 + draw.gauss(3, 2), 18, draw.gauss(28, 3)
        else:
            length, width, beyond, sepal_width = draw.gauss(54, 5), 16 + draw.gauss(4, 2.5), 14, draw.gauss(30, 3)
        sepal_length = beyond + length + draw.gauss(0, 3)
        numbers = (sepal_length, sepal_width, length, max(0.5, width))
        yield ",".join(f"{x:.1f}" for x in numbers) + "," + kind


(here / "cars-large.csv").write_text("\n".join(cars(600)) + "\n")
(here / "flowers.csv").write_text("\n".join(flowers(300)) + "\n")
