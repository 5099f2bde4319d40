"""scikit-learn as a contender of bench/compare, where it has the workload. usage: sklearn_steps.py CASE THREADS
A step is partial_fit on the batch. Its squared error is half of the mean over rows: it gets twice the rate."""
import sys
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor

from serving import hidden, read_case, refuse, serve


class Network:
    def __init__(self, case):
        self.case, self.trains = case, case.optimizer != "none"
        widths, activation = hidden(case)
        classifies = case.loss == "cross_entropy"
        half = 1 if classifies or case.optimizer == "adam" else 2
        self.model = (MLPClassifier if classifies else MLPRegressor)(
            hidden_layer_sizes=tuple(widths), activation=activation, alpha=0, batch_size=len(case.features), shuffle=False,
            solver="adam" if case.optimizer in ("adam", "none") else "sgd", learning_rate_init=case.rate * half or 1e-3,
            momentum=0.9 if case.optimizer == "momentum" else 0, nesterovs_momentum=False)
        values = list(case.arrays.values())
        self.weights, self.biases = [w.T.copy() for w in values[::2]], values[1::2]
        self.y = case.target if self.trains else np.zeros((len(case.features), len(values[-1])), np.float32)
        self.y = self.y[:, 0] if self.y.ndim == 2 and self.y.shape[1] == 1 else self.y
        self.classes = {"classes": np.arange(len(values[-1]))} if classifies else {}
        self.loss_scale = 1 if classifies else 2
        self.model.partial_fit(case.features, self.y, **self.classes)

    def restart(self):
        self.model.coefs_ = [w.copy() for w in self.weights]
        self.model.intercepts_ = [b.copy() for b in self.biases]
        if hasattr(self.model, "_optimizer"):
            del self.model._optimizer

    def step(self):
        return self.model.partial_fit(self.case.features, self.y) if self.trains else self.predict()

    def predict(self):
        return self.model.predict(self.case.features)

    def wait(self, out):
        pass

    def loss(self, out):
        return self.loss_scale * self.model.loss_


class Logistic:
    trains = True

    def __init__(self, case):
        if case.layers != ["1"] or case.optimizer != "gradient_descent":
            refuse("scikit-learn has logistic regression by gradient descent alone")
        self.x, self.y, self.case = case.features, case.target[:, 0].astype(int), case
        self.model = SGDClassifier(loss="log_loss", penalty=None, learning_rate="constant", eta0=case.rate)
        self.model.partial_fit(self.x, self.y, classes=[0, 1])

    def restart(self):
        w, b = self.case.arrays.values()
        self.model.coef_, self.model.intercept_ = w.astype(self.model.coef_.dtype), b.astype(self.model.coef_.dtype)

    def step(self):
        return self.model.partial_fit(self.x, self.y)

    def wait(self, out):
        pass

    def losses(self, count):
        found = []
        for _ in range(count):
            z = self.model.decision_function(self.x)
            found.append(np.mean(np.log1p(np.exp(z)) - z * self.y))
            self.step()
        return found


warnings.simplefilter("ignore")
case = read_case(sys.argv[1])
peer = Logistic(case) if case.loss == "logistic" else Network(case)
serve(f"scikit-learn {sklearn.__version__}", peer, case.restart)
