# %%
import numpy as np
import pandas as pd
import warnings
warnings.filterwarnings("ignore")
# %%
rs = np.random.RandomState(3)
n = 200
train = pd.DataFrame({
    "PassengerId": range(1, n + 1),
    "Name": [f"Person{i}, {t}. X" for i, t in enumerate(rs.choice(["Mr", "Mrs", "Miss", "Master"], n))],
    "Sex": rs.choice(["male", "female"], n),
    "Age": np.where(rs.rand(n) < 0.2, np.nan, rs.randint(1, 80, n)),
    "Fare": rs.exponential(30, n).round(2),
    "Embarked": rs.choice(["S", "C", "Q", None], n),
    "Survived": rs.randint(0, 2, n),
})
test = train.sample(50, random_state=1).drop(columns="Survived")
# %%
combine = [train, test]
train.info()
# %%
for dataset in combine:
    dataset["Title"] = dataset.Name.str.extract(r" ([A-Za-z]+)\.", expand=False)
pd.crosstab(train["Title"], train["Sex"])
# %%
title_mapping = {"Mr": 1, "Miss": 2, "Mrs": 3, "Master": 4}
for dataset in combine:
    dataset["Title"] = dataset["Title"].map(title_mapping).fillna(0)
train.head()
# %%
train = train.drop(["Name", "PassengerId"], axis=1)
test = test.drop(["Name"], axis=1)
combine = [train, test]
train.shape, test.shape
# %%
for dataset in combine:
    dataset["Sex"] = dataset["Sex"].map({"female": 1, "male": 0}).astype(int)
# %%
guess_age = train["Age"].median()
freq_port = train.Embarked.dropna().mode()[0]
for df in combine:
    df["Age"] = df["Age"].fillna(guess_age)
    df["Embarked"] = df["Embarked"].fillna(freq_port)
print(train.isna().sum().sum(), test.isna().sum().sum())
# %%
train["AgeBand"] = pd.cut(train["Age"], 5)
print(train[["AgeBand", "Survived"]].groupby("AgeBand", observed=True).mean())
# %%
train = train.drop(["AgeBand"], axis=1)
train = pd.get_dummies(train, columns=["Embarked"])
test = pd.get_dummies(test, columns=["Embarked"])
print(sorted(train.columns))
# %%
from sklearn.ensemble import RandomForestClassifier
X_train, Y_train = train.drop("Survived", axis=1), train["Survived"]
X_test = test.drop("PassengerId", axis=1).copy()
forest = RandomForestClassifier(n_estimators=10, random_state=0)
forest.fit(X_train, Y_train)
acc = round(forest.score(X_train, Y_train) * 100, 2)
acc
# %%
submission = pd.DataFrame({"PassengerId": test["PassengerId"], "Survived": forest.predict(X_test)})
submission.to_csv("submission.csv", index=False)
# %%
print(open("submission.csv").read()[:60])
# %%
models = pd.DataFrame({"Model": ["RF"], "Score": [acc]})
models.sort_values(by="Score", ascending=False)
