# %%
import numpy as np
import pandas as pd
from datetime import datetime, timedelta
from itertools import accumulate, islice, count
start = datetime(2024, 3, 1)
# %%
idx = pd.date_range(start, periods=48, freq="h")
ts = pd.Series(np.sin(np.arange(48) / 4), index=idx, name="signal")
ts.iloc[[3, 10]] = np.nan
ts.head(3)
# %%
filled = ts.interpolate()
gaps = ts.isna()
print(gaps.sum(), filled.isna().sum())
# %%
daily = filled.resample("D").agg(["mean", "max"])
daily
# %%
window = 5
rolled = filled.rolling(window).mean()
try:
    rolled.loc["2030"]
except KeyError as error:
    message = type(error).__name__
print(message, rolled.notna().sum())
# %%
frame = pd.concat([ts, filled.rename("filled"), rolled.rename("rolled")], axis=1)
frame["hour"] = frame.index.hour
frame = frame.assign(diff=lambda d: d.filled.diff())
print(frame.tail(2))
# %%
mi = frame.set_index([frame.index.date, "hour"])
mi.index.names = ["day", "hour"]
print(mi.loc[start.date()].shape, mi.index.nlevels)
# %%
def lagged(s, lags=(1, 2)):
    out = {f"lag{k}": s.shift(k) for k in lags}
    return pd.DataFrame(out)
lags = lagged(filled)
window = 3
print(lags.dropna().shape, list(islice(count(window), 3)))
# %%
X = np.c_[np.ones(len(lags.dropna())), lags.dropna()]
coef, *_ = np.linalg.lstsq(X, filled[lags.dropna().index], rcond=None)
print(coef.round(5), *_[:1] and [len(_)])
# %%
forecast = list(accumulate(range(5), lambda prev, _: float(coef[0] + coef[1] * prev), initial=float(filled.iloc[-1])))
print([round(f, 4) for f in forecast], window)
# %%
start += timedelta(days=1)
print(start, idx[0], frame.filled.loc[start:].shape)
