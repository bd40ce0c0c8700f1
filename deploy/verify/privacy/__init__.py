"""I8: no personal datum outside the tables that may hold it.

First everything that is not sealed is sifted for what could be one: numbers long enough for a telephone, and words
that are no codes. In a healthy installation that is next to nothing, however many orders there are. Then each sealed
value is opened with the keys and looked for among it. What was found is never printed, only where it is and what kind.

Not looked into: sealed columns, the notice file (a channel: what was sent stands there), the keys.
"""

from __future__ import annotations

from deploy.verify.privacy.looking import Ground, Sifting, nothing_personal_outside

__all__ = ["Ground", "Sifting", "nothing_personal_outside"]
