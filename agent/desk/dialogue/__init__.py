"""The dialogue of the front desk: forms, answers, and what is said in between."""

from agent.desk.dialogue.manager import ABUSIVE, Dialogue
from agent.desk.dialogue.session import Answer, FormState, Reply, Session

__all__ = ["ABUSIVE", "Answer", "Dialogue", "FormState", "Reply", "Session"]
