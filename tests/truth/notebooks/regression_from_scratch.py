# %%
import numpy as np
import matplotlib.pyplot as plt
np.random.seed(0)
LEARNING_RATE = 0.1
EPOCHS = 50
# %%
X = 2 * np.random.rand(100, 1)
y = 4 + 3 * X + np.random.randn(100, 1)
# %%
X_b = np.c_[np.ones((100, 1)), X]
theta_best = np.linalg.inv(X_b.T.dot(X_b)).dot(X_b.T).dot(y)
theta_best
# %%
def mse(theta, X, y):
    return float(((X.dot(theta) - y) ** 2).mean())

history = []
# %%
theta = np.random.randn(2, 1)
for epoch in range(EPOCHS):
    gradients = 2 / len(X_b) * X_b.T.dot(X_b.dot(theta) - y)
    theta -= LEARNING_RATE * gradients
    history.append(mse(theta, X_b, y))
print(theta.ravel().round(4), round(history[-1], 5))
# %%
fig, ax = plt.subplots()
ax.plot(history)
ax.set_title("loss")
# %%
LEARNING_RATE /= 2
theta2 = np.random.randn(2, 1)
for epoch in range(EPOCHS):
    i = np.random.randint(len(X_b))
    xi, yi = X_b[i:i + 1], y[i:i + 1]
    theta2 = theta2 - LEARNING_RATE * 2 * xi.T.dot(xi.dot(theta2) - yi)
print(theta2.ravel().round(4), epoch)
# %%
class LinearModel:
    """Plain least squares."""
    default_rate = LEARNING_RATE

    def __init__(self, rate=None):
        self.rate = rate or self.default_rate
        self.theta = None

    def fit(self, X, y):
        self.theta = np.zeros((X.shape[1], 1))
        for _ in range(EPOCHS):
            self.theta -= self.rate * 2 / len(X) * X.T.dot(X.dot(self.theta) - y)
        return self

    def score(self, X, y):
        return -mse(self.theta, X, y)
# %%
model = LinearModel()
model.fit(X_b, y)
print(model.rate, model.theta.ravel().round(4))
# %%
EPOCHS = 10
print(round(LinearModel(0.2).fit(X_b, y).score(X_b, y), 5), round(model.score(X_b, y), 5))
# %%
print(len(history), isinstance(model, LinearModel))
