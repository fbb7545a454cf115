"""How a simulated provider loses an answer, and how its hosted page refuses."""


class LostAnswerError(Exception):
    """The connection broke: the caller gets no answer.

    `acted` tells tests, never callers, whether the request was carried out.
    """

    def __init__(self, *, acted: bool) -> None:
        super().__init__("the answer was lost")
        self.acted = acted


class BuyerRefusedError(Exception):
    """The hosted page cannot do what the buyer wants; the message is what the page says."""
