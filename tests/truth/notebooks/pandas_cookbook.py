# %%
%matplotlib inline
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

pd.set_option("display.width", 120)
pd.options.display.float_format = "{:.2f}".format
plt.rcParams["figure.figsize"] = (6, 3)
# %%
rng = np.random.default_rng(0)
days = pd.date_range("2024-01-01", periods=60, freq="D", tz="Europe/Paris")
bikes = pd.DataFrame({
    "Berri": rng.integers(0, 200, 60),
    "Rachel": rng.integers(0, 400, 60),
    "Maison": rng.integers(0, 100, 60),
}, index=days)
bikes.head()
# %%
bikes["Total"] = bikes.sum(axis=1)
berri = bikes["Berri"]
print(bikes.describe())
# %%
bikes.loc[:, "weekday"] = bikes.index.day_of_week
weekday_counts = bikes.groupby("weekday")[["Berri", "Total"]].aggregate("sum")
weekday_counts.index = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
weekday_counts
# %%
weekday_counts.plot(kind="bar")
plt.title("by day")
plt.show()
# %%
def describe(frame, column):
    s = frame[column]
    return {"mean": float(s.mean()), "max": int(s.max())}

print({c: describe(bikes, c) for c in bikes.columns if c != "weekday"})
# %%
limit = 150
print(bikes.query("Berri > @limit").shape, len(bikes[bikes.Berri > limit]))
# %%
del bikes["Total"]
monthly = bikes.resample("MS").mean()
print(monthly)
print(berri.name, berri.index.tz)
# %%
melted = bikes.reset_index().melt(id_vars="index", value_vars=["Berri", "Rachel"], var_name="path")
melted["path"] = melted["path"].astype("category")
print(melted.dtypes)
# %%
pivot = melted.pivot_table(index=melted["index"].dt.month, columns="path", values="value", aggfunc="sum", observed=True)
print(pivot)
# %%
bikes.to_csv("bikes.csv")
# %%
again = pd.read_csv("bikes.csv", index_col=0, parse_dates=True)
print(again.shape, again["Berri"].sum() == bikes["Berri"].sum())
