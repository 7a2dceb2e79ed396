"""The cloud's dialect turned into the model: one module an answer. Its spelling stays in here."""
