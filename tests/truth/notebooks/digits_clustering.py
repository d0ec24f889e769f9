# %%
import numpy as np, matplotlib.pyplot as plt
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.cluster import KMeans
# %%
digits = datasets.load_digits()
X, y = digits.data[:400], digits.target[:400]
print(digits.keys())
# %%
X /= 16.0
pca = PCA(n_components=2, random_state=0)
proj = pca.fit_transform(X)
print(proj.shape, pca.explained_variance_ratio_.round(4))
# %%
np.random.seed(5)
kmeans = KMeans(n_clusters=10, n_init=2)
clusters = kmeans.fit_predict(X)
print(np.bincount(clusters))
# %%
from scipy.stats import mode
labels = np.zeros_like(clusters)
for i in range(10):
    mask = clusters == i
    labels[mask] = mode(y[mask])[0]
# %%
from sklearn.metrics import accuracy_score
print(accuracy_score(y, labels))
# %%
plt.scatter(proj[:, 0], proj[:, 1], c=y, s=5)
plt.colorbar();
# %%
idx = np.random.permutation(len(X))[:5]
print(idx, digits.data[:400].max())
# %%
def purity(labels, truth):
    return sum(max(np.bincount(truth[labels == k])) for k in set(labels)) / len(truth)
print(purity(clusters, y))
