"""Understanding residents' sentences, in Chinese and English."""

from models.language.detect import detect_language
from models.language.encoder import SentenceEncoder
from models.language.passage import Hit, Passage
from models.language.retrieval import Retriever

__all__ = ["Hit", "Passage", "Retriever", "SentenceEncoder", "detect_language"]
