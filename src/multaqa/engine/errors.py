"""What a kernel says when it cannot answer: a key for programs, a sentence and its values for people."""


class EngineError(ValueError):
    """The input cannot be worked with. `template` and `values` let a screen say it in the reader's language.

    Each kernel raises its own subclass. A value named `line` is the line of the file at fault.
    """

    def __init__(self, key: str, message: str, **values: object) -> None:
        super().__init__(message.format(**values))
        self.key = key
        self.template = message
        self.values = values
