"""Public cards: what one may show, and when nobody sees it whatever was chosen (mission.md, fairness)."""

from __future__ import annotations

from shared.contracts.refusal import Conflict, NotFound

_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离"
    "长孙宇文司徒鲜于司空闾丘亓官司寇巫马公西颛孙公良漆雕乐正宰父谷梁拓跋令狐百里呼延东郭南门羊舌微生梁丘左丘西门"
)
_TWO_LETTERS = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))
"""Family names of two characters."""


class EmployerHidden(Conflict):
    """Employers of judges and police stay hidden, and so do their members."""

    title = "Your employer keeps its members hidden, so a public card cannot be shown"


class NobodyThere(NotFound):
    """Who has left or is suspended shows nothing."""


def family_name(name: str) -> str:
    """The family name: the first character of a Chinese name, or two; the last word of one in letters."""
    words = name.split()
    if name.isascii():
        return words[-1] if words else ""
    joined = "".join(words)
    return joined[:2] if joined[:2] in _TWO_LETTERS and len(joined) > 2 else joined[:1]


def check_showable(*, there: bool, hidden: bool) -> None:
    """Whether somebody may show a card. Raises ``NobodyThere`` or ``EmployerHidden``."""
    if not there:
        raise NobodyThere
    if hidden:
        raise EmployerHidden
