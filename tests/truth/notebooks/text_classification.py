# %%
import re
import string
from functools import lru_cache, partial, reduce
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
# %%
STOPWORDS = {"the", "a", "an", "is", "it"}
docs = ["the cat sat on the mat", "a dog ate my homework!", "the stock market fell", "it is a bull market",
        "Cats & dogs", "shares and bonds"]
labels = [0, 0, 1, 1, 0, 1]
# %%
@lru_cache(maxsize=None)
def stem(word):
    return re.sub(r"(s|ing|ed)$", "", word)
# %%
def clean(text, *, stop=STOPWORDS):
    table = str.maketrans("", "", string.punctuation)
    words = text.lower().translate(table).split()
    return " ".join(stem(w) for w in words if w not in stop)
# %%
cleaned = [*map(clean, docs)]
cleaned
# %%
STOPWORDS.add("my")
print(clean(docs[1]))
# %%
vectorizer = CountVectorizer()
X = vectorizer.fit_transform(cleaned)
print(X.shape, vectorizer.get_feature_names_out()[:5], X.sum())
# %%
clf = MultinomialNB().fit(X, labels)
print(clf.predict(vectorizer.transform(["dog market", "cat"])))
# %%
pipe = make_pipeline(TfidfVectorizer(preprocessor=clean), MultinomialNB())
pipe.fit(docs, labels)
print(pipe.predict(["a cat ate", "market share"]))
# %%
top = partial(sorted, key=lambda kv: -kv[1])
vocabulary = {w: int(n) for w, n in zip(vectorizer.get_feature_names_out(), X.toarray().sum(axis=0))}
print(top(vocabulary.items())[:3])
# %%
total = reduce(lambda a, b: a + b, vocabulary.values())
print(total, stem.cache_info().currsize > 0)
