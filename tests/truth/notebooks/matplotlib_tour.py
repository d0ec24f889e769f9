# %%
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
plt.style.use("ggplot")
# %%
x = np.linspace(0, 10, 50)
fig = plt.figure()
plt.plot(x, np.sin(x), "-", label="sin")
plt.plot(x, np.cos(x), "--", label="cos")
plt.legend();
# %%
print(len(plt.get_fignums()) >= 0, plt.rcParams["axes.facecolor"])
# %%
fig, axes = plt.subplots(2, 2, figsize=(4, 4), sharex=True)
for i, ax in enumerate(axes.flat):
    ax.plot(x, x ** i)
    ax.set_title(f"power {i}")
fig.suptitle("powers")
print([ax.get_title() for ax in axes.flat])
# %%
fig.savefig("powers.png")
import os
print(os.path.exists("powers.png"), os.path.getsize("powers.png") > 1000)
# %%
with plt.rc_context({"lines.linewidth": 5}):
    print(plt.rcParams["lines.linewidth"])
print(plt.rcParams["lines.linewidth"])
# %%
plt.rcParams.update({"lines.linewidth": 3, "font.size": 9})
# %%
def styled(ax, **kw):
    ax.grid(True)
    ax.set(**kw)
    return ax
ax = styled(plt.figure().gca(), xlabel="t", ylabel="v")
print(ax.get_xlabel(), plt.rcParams["lines.linewidth"])
# %%
data = {"a": 3, "b": 5}
plt.close("all")
plt.bar(list(data), list(data.values()));
# %%
print(plt.rcParams["font.size"], data)
