# %%
import numpy as np
import pandas as pd
from functools import lru_cache
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
pd.set_option("display.width", 100)
# %%
rng = np.random.RandomState(3)
n = 120
houses = pd.DataFrame({
    "area": rng.normal(90, 25, n).clip(30).round(1),
    "rooms": rng.randint(1, 6, n),
    "district": rng.choice(["north", "south", "old town"], n),
    "sold": pd.date_range("2023-01-02", periods=n, freq="3D"),
})
houses.loc[rng.choice(n, 10, replace=False), "area"] = np.nan
houses.head()
# %%
houses.isna().sum()
# %%
DISTRICTS = {"north": 900, "south": 1200}
@lru_cache(maxsize=None)
def price_of(district):
    print("looking up", district)
    return DISTRICTS.setdefault(district, 1500)
# %%
houses["price"] = houses.area.fillna(80) * houses.district.map(price_of) + rng.normal(0, 5000, n)
houses.price.describe().round(1)
# %%
print(price_of.cache_info().currsize, DISTRICTS)
price_of("south")
# %%
class GroupMedian(BaseEstimator, TransformerMixin):
    """Fills what is missing with the median of the group."""
    def __init__(self, column="area", by="district"):
        self.column, self.by = column, by
    def fit(self, X, y=None):
        self.medians_ = X.groupby(self.by)[self.column].median()
        return self
    def transform(self, X):
        X = X.copy()
        X[self.column] = X[self.column].fillna(X[self.by].map(self.medians_))
        return X
# %%
class Calendar(TransformerMixin, BaseEstimator):
    made = 0
    def fit(self, X, y=None):
        Calendar.made += 1
        return self
    def transform(self, X):
        return X.assign(month=X.sold.dt.month, weekday=X.sold.dt.weekday).drop(columns="sold")
# %%
X, y = houses.drop(columns="price"), houses["price"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=rng)
print(X_train.shape, X_test.index[:5].tolist())
# %%
columns = ColumnTransformer([
    ("numbers", StandardScaler(), ["area", "rooms", "month", "weekday"]),
    ("words", OneHotEncoder(handle_unknown="ignore"), ["district"]),
])
model = make_pipeline(GroupMedian(), Calendar(), columns, Ridge())
model
# %%
model.fit(X_train, y_train)
print(model.score(X_test, y_test).round(6), Calendar.made)
# %%
model[0].medians_["north"] = 1000.0
print(model.predict(X_test.head(3)).round(2))
# %%
scores = cross_val_score(model, X, y, cv=KFold(4, shuffle=True, random_state=rng))
print(scores.round(5), Calendar.made)
# %%
coefficients = pd.Series(model[-1].coef_, model[2].get_feature_names_out()).sort_values()
coefficients.round(2)
# %%
by_month = (
    houses.assign(month=lambda d: d.sold.dt.to_period("Q"))
    .groupby(["month", "district"], observed=True)
    .agg(price=("price", "mean"), n=("price", "size"))
    .unstack("district")
)
by_month.round(0)
# %%
cheap = houses.query("price < @y.mean() and district != 'north'").nsmallest(3, "price")
cheap[["district", "price"]].round(1)
# %%
houses["band"] = pd.qcut(houses.price, 4, labels=list("abcd"))
print(houses.band.value_counts().sort_index().to_dict(), price_of.cache_info().hits > 0, rng.rand().round(6))
