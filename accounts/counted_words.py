"""How many of something there are, in words."""


def several(number: int, one: str, many: str = "") -> str:
    """“1 letter”, “1,204 letters”: ``one`` names one of them, ``many`` more where s is not all."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
