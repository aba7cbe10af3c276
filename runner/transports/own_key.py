"""The provider's own key, taken out of whatever its server sends back; it masks, and neither sends nor decides."""

from typing import Final

from runner.core.message import Answer, Reply
from runner.settings import Provider
from runner.settings.masking import MASK, Masking
from runner.transports.fill import Mask

_LEAST_KEY: Final = 8
"""Characters from which a key is looked for in answers: shorter ones are no secrets but placeholders."""
_TELLING: Final = 12
"""Characters of a key that must not stand at the end of a text that was cut; fewer are what all keys begin with."""


class OwnKey(Mask):
    """What finds a provider's key, in bytes, texts, streams and answers."""

    def __init__(self, provider: Provider) -> None:
        """Look for the provider's key, where it has one that is a secret."""
        key = provider.api_key.get_secret_value() if provider.api_key else ""
        key = key if len(key) >= _LEAST_KEY else ""
        self.masking = Masking([key])
        self.forms = [key] if key else []

    @property
    def is_secret(self) -> bool:
        """Whether there is a key to look for."""
        return bool(self.forms)

    def text(self, text: str) -> str:
        """The text without the key."""
        return self.masking.text(text)

    def whole(self, text: str) -> str:
        """A text that has ended, without the key, one that was cut at its end included."""
        text = self.text(text)
        cut = self.held(text) if self.forms else 0
        return text if cut < _TELLING else text[:-cut] + MASK

    def answer(self, answer: Answer) -> Answer:
        """The answer without the key, in all that a server can put into it."""
        if not self.forms:
            return answer
        answer = super().answer(answer)
        if answer.reply is None:
            return answer
        reply = self._reply(answer.reply)
        return answer if reply is answer.reply else answer.model_copy(update={"reply": reply})

    def _reply(self, reply: Reply) -> Reply:
        """The reply without the key in what stands around its message."""
        names = ("finish_reason", "served_model", "system_fingerprint")
        said = {name: getattr(reply, name) for name in names}
        masked = {name: value and self.text(value) for name, value in said.items()}
        return reply if masked == said else reply.model_copy(update=masked)
