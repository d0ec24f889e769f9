# %%
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score, confusion_matrix, classification_report
import pandas as pd
import numpy as np
# %%
iris = load_iris()
df = pd.DataFrame(iris.data, columns=iris.feature_names)
df["target"] = iris.target
df.head()
# %%
X = df.drop("target", axis=1)
y = df["target"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1)
print(X_train.shape, X_test.shape)
# %%
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
# %%
models = {}
models["lr"] = LogisticRegression(max_iter=200)
models["knn"] = KNeighborsClassifier(n_neighbors=5)
models["tree"] = DecisionTreeClassifier(random_state=0)
# %%
results = {}
for name, model in models.items():
    model.fit(X_train, y_train)
    pred = model.predict(X_test)
    results[name] = accuracy_score(y_test, pred)
    print(f"{name}: {results[name]:.3f}")
# %%
best = max(results, key=results.get)
model = models[best]
print(best, confusion_matrix(y_test, model.predict(X_test)))
# %%
print(classification_report(y_test, pred, target_names=iris.target_names))
# %%
scores = cross_val_score(models["lr"], scaler.transform(X), y, cv=5)
print(scores.round(3), scores.mean().round(3))
# %%
importances = pd.Series(models["tree"].feature_importances_, index=iris.feature_names).sort_values()
importances
# %%
class Ensemble:
    def __init__(self, members):
        self.members = members
    def predict(self, X):
        votes = np.array([m.predict(X) for m in self.members])
        return np.apply_along_axis(lambda v: np.bincount(v).argmax(), 0, votes)
# %%
ensemble = Ensemble(list(models.values()))
print(accuracy_score(y_test, ensemble.predict(X_test)))
# %%
print(ensemble.members[0] is models["lr"])
