"""
An HDF5 file that is hostile: a chunk of 260 kB that unpacks to 256 MB where its dataset says 4 kB, one that says it holds
half a gigabyte and has none, and a sound compressed one. Writes keras/bomb.h5.gz.

Versions: Python 3.11, h5py 3.16.0.
"""

import gzip
import pathlib
import tempfile
import zlib

import h5py
import numpy as np

HERE = pathlib.Path(__file__).parent

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "bomb.h5"
    with h5py.File(path, "w") as f:
        bomb = f.create_dataset("layers/dense/vars/0", shape=(1024,), dtype="f4", chunks=(1024,), compression="gzip")
        bomb.id.write_direct_chunk((0,), zlib.compress(b"\0" * 2**28, 9))
        sound = f.create_dataset("layers/dense/vars/1", shape=(600,), dtype="f4", chunks=(256,), compression="gzip",
                                 shuffle=True)
        sound[:] = np.arange(600)
        f.create_dataset("layers/many/vars/0", shape=(2**27,), dtype="f4")
    (HERE / "keras/bomb.h5.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
