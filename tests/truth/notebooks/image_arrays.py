# %%
import numpy as np
import matplotlib.pyplot as plt
from pathlib import Path
# %%
def checkerboard(size, tile):
    rows, columns = np.indices((size, size)) // tile
    return ((rows + columns) % 2).astype(float)
# %%
board = checkerboard(32, 4)
print(board.shape, board.mean())
# %%
rng = np.random.default_rng(7)
noisy = np.clip(board + rng.normal(0, 0.3, board.shape), 0, 1)
noisy[:2, :4].round(3)
# %%
centre = noisy[12:20, 12:20]
centre -= centre.mean()
print(noisy.mean().round(6), np.shares_memory(centre, noisy))
# %%
KERNELS = {"box": np.full((3, 3), 1 / 9), "edge": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])}
# %%
def convolve(image, kernel):
    padded = np.pad(image, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)
# %%
smooth = convolve(noisy, KERNELS["box"])
edges = np.abs(convolve(smooth, KERNELS["edge"]))
print(smooth.std().round(5), edges.max().round(5))
# %%
mask = edges > np.quantile(edges, 0.9)
marked = np.ma.masked_where(mask, smooth)
marked.count(), marked.mean().round(5), type(marked[0, 0]).__name__
# %%
fig, axes = plt.subplots(1, 3, figsize=(6, 2))
for ax, (title, image) in zip(axes, {"noisy": noisy, "smooth": smooth, "edges": edges}.items()):
    ax.imshow(image, cmap="gray")
    ax.set(title=title, xticks=[], yticks=[])
plt.show()
# %%
np.savez("images.npz", noisy=noisy, smooth=smooth)
Path("images.npz").exists()
# %%
stored = np.load("images.npz")
stored.files
# %%
difference = stored["noisy"] - stored["smooth"]
print(np.abs(difference).max().round(5))
# %%
histogram, borders = np.histogram(difference, bins=5)
for count, (low, high) in zip(histogram, zip(borders, borders[1:])):
    print(f"{low:+.3f} .. {high:+.3f} {'#' * (count // 20)}")
# %%
rgb = np.stack([noisy, smooth, edges / edges.max()], axis=-1)
luma = rgb @ [0.299, 0.587, 0.114]
print(rgb.shape, luma.dtype, luma.sum().round(4))
# %%
rgb[..., 2] = 0
noisy[:] = 0
print(stored["noisy"].sum().round(4), centre.sum(), rgb.sum().round(4), rng.integers(100))
