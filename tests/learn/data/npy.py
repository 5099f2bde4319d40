#!/usr/bin/env python3
"""Writes npy.inl: small arrays as NumPy saves them, and small packed texts. usage: npy.py > npy.inl (needs numpy, zstandard)"""
import io

import numpy as np
import zstandard


def show(name, data):
    text = "".join(f"\\x{b:02x}" for b in data)
    lines = [text[i:i + 100] for i in range(0, len(text), 100)]
    print(f"inline const std::string {name}(" + "\n    ".join(f'"{line}"' for line in lines) + f", {len(data)});")


def saved(array, **more):
    file = io.BytesIO()
    np.save(file, array, **more)
    return file.getvalue()


def zipped(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


a = np.array([[1.5, 2, np.nan], [-4, 5e300, 6]])
show("f8_rows", saved(a))
show("f8_columns", saved(np.asfortranarray(a)))
show("f4_big", saved(np.array([[1.5, 2], [-3, 4]], ">f4")))
show("f2", saved(np.array([[1.5, 6e-8], [-65504, np.inf]], "f2")))
show("i1", saved(np.array([[-1, 2], [3, -128]], "i1")))
show("u8", saved(np.array([[2**63, 2], [3, 4]], "u8")))
show("truths", saved(np.array([[True, False], [False, True]])))
show("complex", saved(np.array([[1j, 2]])))
show("texts", saved(np.array([["a", "b"]])))
show("objects", saved(np.array([[{}, 2]], object), allow_pickle=True))
show("fields", saved(np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])))
show("cube", saved(np.zeros((2, 2, 2))))
x, y = np.array([[1.0, 2], [3, 4], [5, 6]]), np.array([7, 8, 9])
show("npz_stored", zipped(np.savez, y=y, X=x))
show("npz_packed", zipped(np.savez_compressed, y=y, X=x))
show("npz_uneven", zipped(np.savez, y=y, X=x[:2]))
show("zstd_table", zstandard.ZstdCompressor(write_checksum=True).compress(b"a,b\n1,x\n2,y\n"))
