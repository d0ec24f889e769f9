# %%
import numpy as np
np.random.seed(42)
# %%
a = np.arange(12).reshape(3, 4)
print(a)
print(a.shape, a.dtype, a.ndim)
# %%
b = a[1:, ::2]
b[0, 0] = 100
print(a)
# %%
x = np.random.rand(5)
y = np.random.randn(5)
print(x.round(3), y.round(3))
# %%
a += 1
c = a.T
print(c.flags["C_CONTIGUOUS"], c[0])
# %%
mask = a > 6
a[mask] = 0
print(a, b, c, sep="\n")
# %%
Z = np.zeros((8, 8), dtype=int)
Z[1::2, ::2] = 1
Z[::2, 1::2] = 1
Z
# %%
def normalize(v):
    norm = np.linalg.norm(v)
    if norm == 0:
        return v
    return v / norm
# %%
v = normalize(x)
print(np.allclose(np.linalg.norm(v), 1.0))
# %%
rng = np.random.default_rng(7)
samples = rng.normal(size=(100, 2))
mean, cov = samples.mean(axis=0), np.cov(samples.T)
print(mean.round(4), cov.round(4), sep="\n")
# %%
more = rng.integers(0, 10, 5)
np.random.shuffle(x)
print(more, x.round(3))
# %%
r = np.rec.fromarrays([[1, 2], ["a", "b"]], names="n,s")
print(r.n, r[0].s, np.finfo(float).eps)
