# %%
import numpy as np
import pandas as pd
from sklearn.datasets import make_classification, make_regression
from sklearn.model_selection import GridSearchCV, KFold, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.ensemble import RandomForestClassifier
import joblib, os, time
np.random.seed(10)
# %%
X, y = make_classification(n_samples=150, n_features=6)
print(X[0].round(3), y[:10])
# %%
df = pd.DataFrame(X, columns=list("abcdef"))
df["cat"] = np.random.choice(["u", "v"], len(df))
df.loc[df.sample(frac=0.1).index, "a"] = np.nan
print(df.isna().sum()["a"], df["cat"].value_counts().to_dict())
# %%
numeric = df.columns.drop("cat")
pre = ColumnTransformer([
    ("num", Pipeline([("imp", SimpleImputer()), ("sc", StandardScaler())]), numeric),
    ("cat", OneHotEncoder(), ["cat"]),
])
clf = Pipeline([("pre", pre), ("lr", LogisticRegression())])
# %%
X_tr, X_te, y_tr, y_te = train_test_split(df, y)
t0 = time.time()
grid = GridSearchCV(clf, {"lr__C": [0.1, 1, 10]}, cv=KFold(3))
grid.fit(X_tr, y_tr)
elapsed = time.time() - t0
print(grid.best_params_, round(grid.best_score_, 4))
# %%
best = grid.best_estimator_
print(round(best.score(X_te, y_te), 4), best is grid.best_estimator_)
# %%
os.makedirs("models", exist_ok=True)
joblib.dump(best, "models/best.joblib")
# %%
loaded = joblib.load("models/best.joblib")
print((loaded.predict(X_te) == best.predict(X_te)).all(), os.listdir("models"))
# %%
rf = RandomForestClassifier(n_estimators=5).fit(df[numeric].fillna(0), y)
print(rf.feature_importances_.round(4))
# %%
rf2 = RandomForestClassifier(n_estimators=5).fit(df[numeric].fillna(0), y)
print(rf2.feature_importances_.round(4))
# %%
best.set_params(lr__C=100)
best.fit(X_tr, y_tr)
print(round(grid.score(X_te, y_te), 4), grid.best_estimator_.get_params()["lr__C"])
