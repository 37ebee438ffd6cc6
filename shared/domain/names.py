"""Keys by which Vietnamese names are found and sorted, stored beside the name itself.

PostgreSQL may lack ICU, so neither the search nor the order can be left to a collation. Tone marks
may stand on either vowel of a pair ("Hoà" = "Hòa"), and đ does not decompose into d and a mark.
"""

import re
import unicodedata

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
LETTER_RANKS = {letter: chr(ord("A") + rank) for rank, letter in enumerate(ALPHABET)}

# The order of Vietnamese dictionaries: ngang (no mark), huyền, hỏi, ngã, sắc, nặng.
NO_TONE = "0"
TONE_RANKS = {
    "\N{COMBINING GRAVE ACCENT}": "1",
    "\N{COMBINING HOOK ABOVE}": "2",
    "\N{COMBINING TILDE}": "3",
    "\N{COMBINING ACUTE ACCENT}": "4",
    "\N{COMBINING DOT BELOW}": "5",
}

# Sorts before every letter and digit, so that "an" comes before "ang".
END_OF_SYLLABLE = "!"
# Sorts before every letter: "Phường 10" comes before "Phường An Hòa".
NUMBER = "0"
DIGITS_OF_LENGTH = 3

SEPARATORS = re.compile(r"[\W_]+")
SYLLABLES = re.compile(r"[0-9]+|[^\W_0-9]+")
# Highland names are written with or without it: "Đắk R'Lấp", "Đắk RLấp".
APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`"))


def search_key(text: str) -> str:
    """`text` in lower-case letters without any mark, words parted by one space: "Hoà" → "hoa"."""
    bare = "".join(each for each in _decomposed(text) if not unicodedata.combining(each))
    return SEPARATORS.sub(" ", bare.replace("đ", "d")).strip()


def sort_key(text: str) -> str:
    """A key whose byte order (COLLATE "C") is the order of a Vietnamese dictionary.

    Syllable by syllable: first the letters (a ă â b … d đ e ê …), then the tone. Numbers sort by
    value and before letters. Two spellings of one name ("Hoà", "hòa") have the same key.
    """
    composed = unicodedata.normalize("NFC", _decomposed(text))
    return "".join(_syllable_key(each) for each in SYLLABLES.findall(composed))


def _decomposed(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(APOSTROPHES).casefold()
    return unicodedata.normalize("NFKD", folded)


def _syllable_key(syllable: str) -> str:
    if syllable.isdecimal():
        digits = syllable.lstrip("0")
        return f"{NUMBER}{len(digits):0{DIGITS_OF_LENGTH}d}{digits}{END_OF_SYLLABLE}"
    letters = "".join(_letter_rank(each) for each in syllable)
    marks = unicodedata.normalize("NFD", syllable)
    tones = "".join(TONE_RANKS.get(each, "") for each in marks)
    return f"{letters}{END_OF_SYLLABLE}{tones or NO_TONE}"


def _letter_rank(letter: str) -> str:
    """The rank of a letter whatever its tone; a letter of no Vietnamese word stands for itself."""
    toneless = "".join(
        each for each in unicodedata.normalize("NFD", letter) if each not in TONE_RANKS
    )
    composed = unicodedata.normalize("NFC", toneless)
    return LETTER_RANKS.get(composed) or LETTER_RANKS.get(toneless[:1], toneless[:1])
